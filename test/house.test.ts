import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { test } from "tap";
import ts from "typescript";
import { allPages, page, proseOf } from "./docs/pages.js";
import { parsed, sourceFiles } from "./support/source-imports.js";

const clone = join(import.meta.dirname, "..");

/** Paths below a folder of the clone, without generated code. */
function entries(folder: string, what: "files" | "folders"): readonly string[] {
  return readdirSync(join(clone, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => (what === "files" ? entry.isFile() : entry.isDirectory()))
    .map((entry) => relative(clone, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("src/generated"))
    .sort();
}

/** Files that may have wider lines than others, and why. */
const wider: readonly { readonly files: RegExp; readonly to: number; readonly why: string }[] = [
  { files: /^test\/golden\//, to: Infinity, why: "data that tests compare byte by byte" },
  { files: /^test\/fixtures\/journals\//, to: Infinity, why: "an older version wrote them" },
  { files: /^templates\//, to: 120, why: "what is printed from them would not be what it was" },
];

test("no line that people write is wider than 110 characters", (t) => {
  // without an ending: scripts, and control files of packages
  const isText = /^$|^\.(?:[cm]?[jt]s|c|conf|css|h|hbs|ini|j2|py|service|sh|spec|timer|ya?ml)$/;
  const wide = ["src", "test", "scripts", "installers", "templates"]
    .flatMap((folder) => entries(folder, "files"))
    .filter((file) => isText.test(extname(file)))
    .flatMap((file) =>
      readFileSync(join(clone, file), "utf8")
        .split("\n")
        .map((line, index) => ({ file, at: `${file}:${index + 1}`, characters: Array.from(line).length })),
    )
    .filter(({ file, characters }) => characters > (wider.find(({ files }) => files.test(file))?.to ?? 110))
    .map(({ at, characters }) => `${at} has ${characters}`);
  t.strictSame(wide, []);
  t.end();
});

test("prose of the documentation is at most 110 characters wide, the program's lists 120", (t) => {
  const pages = [...allPages(), page("CHANGELOG.md"), page("README.pt-BR.md")];
  const wide = pages.flatMap((one) =>
    proseOf(one)
      .split("\n")
      .filter(
        (line) => !line.startsWith("|") && Array.from(line).length > (line.startsWith("- `") ? 120 : 110),
      )
      .map((line) => `${one.path}: ${line}`),
  );
  t.strictSame(wide, []);
  t.end();
});

test("a folder of src reads like a table of contents", (t) => {
  const folders = entries("src", "folders").map((folder) => ({
    folder,
    files: readdirSync(join(clone, folder), { withFileTypes: true }).filter((entry) => entry.isFile()).length,
  }));
  t.strictSame(
    folders.filter(({ files }) => files > 20),
    [],
  );
  t.end();
});

/** Where an octal number is no mode of a file of ours, and why. */
const otherOctals: Readonly<Record<string, string>> = {
  "formats/tar-archive.ts": "a tar header's, on a floor below host",
  "formats/text/mode-text.ts": "the bits that a text shows, on a floor below host",
  "host/files/descriptor.ts": "a flag of open(2)",
  "host/processes/inherited-descriptors.ts": "flags of open(2)",
};

test("rights of root's files, modes and the bits of them are in one place", (t) => {
  const modeHomes = ["host/rights.ts", "host/mode-bits.ts"];
  const found = sourceFiles(join(clone, "src"))
    // what the simulator makes is its own users'
    .filter((file) => !file.startsWith("simulator/") && !modeHomes.includes(file))
    .flatMap((file) => octalsOf(file).map((octal) => ({ file, octal })));
  const again = found.filter(({ file }) => !(file in otherOctals));
  t.strictSame(
    again.map(({ file, octal }) => `src/${file}: ${octal}`),
    [],
    `they have names in src/${modeHomes.join(" and src/")}`,
  );
  t.strictSame([...new Set(found.map(({ file }) => file))].sort(), Object.keys(otherOctals).sort());
  t.end();
});

/** Octal numbers in the code of a file below src, but for what umask(2) is given. */
function octalsOf(file: string): readonly string[] {
  const source = parsed(file, readFileSync(join(clone, "src", file), "utf8"));
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(source) === "process.umask") return;
    if (ts.isNumericLiteral(node) && /^0o/i.test(node.getText(source))) found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What has one home, how a copy of it begins, and where such a text means something else. */
const homes: readonly {
  readonly home: string;
  readonly copy: RegExp;
  readonly others?: readonly string[];
}[] = [
  {
    home: "formats/text/endpoint-text.ts",
    copy: /\.includes\(":"\) \? `\[|\bip\}:\$\{/,
    // names in quotes where they could be taken for something else
    others: ["vendor/client-config/differences.ts", "commands/demo/demo.ts"],
  },
  {
    home: "formats/json/json-values.ts",
    copy: /typeof \w+ (?:===|!==) "object" (?:&&|\|\|)\s+\w+ (?:===|!==) null/,
    // nodes of the parser of YAML, which are not plain objects
    others: ["description/written-profile.ts", "formats/text/yaml-text.ts", "formats/yaml-list.ts"],
  },
  { home: "formats/text/mode-text.ts", copy: /toString\(8\)\.padStart\(4/ },
  {
    home: "formats/units.ts",
    copy: /1024 \*\* [23]|1024 \* 1024|86_?400|24 \* 60 \* 60/,
    // in seconds, where a command line is declared
    others: ["commands/command-line/options.ts"],
  },
  { home: "host/commands/signal-group.ts", copy: /process\.kill\(-/ },
  { home: "problem/problem.ts", copy: /detail === undefined \? \w+ : `\$\{\w+\}: \$\{/ },
  {
    home: "vendor/client.ts",
    copy: /[=:] "amplia"|"(?:user|group)", "amplia"/,
    // the section of that name in profiles and in the application's settings
    others: ["commands/init/wizard/chosen-consumers.ts", "page/take-over.ts"],
  },
  {
    home: "vendor/client.ts",
    copy: /[/`"]\^?(?:kNET-PKCS11-Linux|libkNETPKCS11)|"connections", "users", "log_verbosity"/,
    // examples
    others: ["commands/simulator/archive.ts", "host/archive/archive-entry.ts", "page/browser/model.ts"],
  },
];

for (const { home, copy, others = [] } of homes) {
  test(`nothing in src is a copy of what src/${home} has`, (t) => {
    const copies = entries("src", "files").filter(
      (file) =>
        /\.tsx?$/.test(file) &&
        ![home, ...others].includes(file.replace(/^src\//, "")) &&
        copy.test(readFileSync(join(clone, file), "utf8")),
    );
    t.strictSame(copies, []);
    t.match(readFileSync(join(clone, "src", home), "utf8"), copy, "it is found where it is");
    t.end();
  });
}

test("every room of src has tests in the room of the same name", (t) => {
  const without = entries("src", "folders")
    .map((folder) => folder.replace(/^src/, "test"))
    .filter(
      (folder) =>
        !existsSync(join(clone, folder)) ||
        !entries(folder, "files").some((file) => file.endsWith(".test.ts")),
    );
  t.strictSame(without, []);
  t.end();
});
