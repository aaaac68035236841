import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { test } from "tap";
import { allPages, page, proseOf } from "./docs/pages.js";

const clone = join(import.meta.dirname, "..");

/** Paths below a folder of the clone, without generated code. */
function entries(folder: string, what: "files" | "folders"): readonly string[] {
  return readdirSync(join(clone, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => (what === "files" ? entry.isFile() : entry.isDirectory()))
    .map((entry) => relative(clone, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("src/generated"))
    .sort();
}

test("no line that people write is wider than 110 characters", (t) => {
  // data that tests compare byte by byte, or that an older version wrote
  const isData = (file: string): boolean => /^test\/(golden|fixtures\/journals)\//.test(file);
  const wide = ["src", "test", "scripts"]
    .flatMap((folder) => entries(folder, "files"))
    .filter((file) => !isData(file) && /^\.([cm]?[jt]s|c|yaml|)$/.test(extname(file)))
    .flatMap((file) =>
      readFileSync(join(clone, file), "utf8")
        .split("\n")
        .map((line, index) => ({ at: `${file}:${index + 1}`, characters: Array.from(line).length })),
    )
    .filter(({ characters }) => characters > 110)
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

test("rights of root's files, and the bits by which others write, are in one place", (t) => {
  const again = entries("src", "files")
    // formats know headers of tar, and no files of root's
    .filter((file) => !/^src\/(formats\/|host\/rights\.ts)/.test(file) && file.endsWith(".ts"))
    .filter((file) =>
      /mode: 0o\d+, uid: 0, gid: 0|= 0o022;|mode & 0o022/.test(readFileSync(join(clone, file), "utf8")),
    );
  t.strictSame(again, []);
  t.end();
});

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
  { home: "problem/problem.ts", copy: /detail === undefined \? \w+ : `\$\{\w+\}: \$\{/ },
  { home: "vendor/client.ts", copy: /"user", "amplia"|: "amplia"/ },
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
    t.match(readFileSync(join(clone, "src", home), "utf8"), /./);
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
