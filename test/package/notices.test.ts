import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { bundledPackages } from "../../scripts/build/bundled-packages.mjs";
import { noticesOf, noticesWithNode } from "../../scripts/package/notices.mjs";

const clone = join(import.meta.dirname, "../..");
const textOf = (file: string): string => readFileSync(join(clone, file), "utf8");
const notices = textOf("dist/notices/THIRD-PARTY-NOTICES.txt");
const { packages } = JSON.parse(textOf("dist/parts.json")) as {
  packages: { name: string; version: string; license: string }[];
};

/** The folders of the packages that the source map of the whole program names. */
const { sources } = JSON.parse(textOf("dist/program.cjs.map")) as { sources: string[] };
const mapped = new Set(
  sources.flatMap(
    (source) => /(node_modules\/.*node_modules\/|node_modules\/)(@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? [],
  ),
);

test("every package in the program's source map is among the parts, with its licence's text", (t) => {
  t.ok(mapped.size > 10, "the map names packages");
  for (const folder of mapped) {
    const { name, version } = JSON.parse(textOf(`${folder}/package.json`)) as {
      name: string;
      version: string;
    };
    t.ok(
      packages.some((one) => one.name === name && one.version === version),
      `${name} ${version} is a part`,
    );
    const files = readdirSync(join(clone, folder)).filter((file) => /^licen[cs]e/i.test(file));
    t.ok(files.length > 0, `${name} has a licence`);
    for (const file of files)
      t.ok(
        notices.includes(textOf(`${folder}/${file}`).replaceAll("\r\n", "\n").trim()),
        `${folder}/${file}`,
      );
  }
  t.end();
});

test("what is bundled apart, compiled beforehand or for the worker is among the parts too", (t) => {
  const names = packages.map(({ name }) => name);
  // execa and tar have functions of their own in the bundle, ajv and handlebars are in generated code
  for (const name of ["execa", "tar", "minipass", "yallist", "ajv", "handlebars", "pkcs11js"])
    t.ok(names.includes(name), name);
  for (const name of ["esbuild", "typescript", "tap", "oxlint"]) t.notOk(names.includes(name), name);
  t.end();
});

test("the notices have one section for each part, and no other", (t) => {
  const headings = [...notices.matchAll(/^={110}\n(.+)\n={110}$/gm)].map(([, heading]) => heading);
  t.strictSame(
    headings,
    packages.map(({ name, version, license }) => `${name} ${version} (${license})`),
  );
  t.match(
    notices,
    /derived from the RSA Security Inc\. PKCS #11/,
    "the addon's header has a licence of its own",
  );
  t.end();
});

test("a package without its licence's text is refused, and so is an empty one", (t) => {
  const folder = t.testdir({ "package.json": "{}", "README.md": "MIT" });
  const one = { name: "bare", version: "1.0.0", license: "MIT", folder };
  t.throws(() => noticesOf([one]), { message: "bare 1.0.0 comes without the text of its licence" });
  writeFileSync(join(folder, "LICENSE"), "\n");
  t.throws(() => noticesOf([one]), /without the text/);
  writeFileSync(join(folder, "LICENSE"), "Permission is granted");
  t.match(noticesOf([one]), /bare 1\.0\.0 \(MIT\)\n=+\n\nPermission is granted\n/);
  t.end();
});

test("a bundled file of no package is refused, and one with copies in versions that nothing names", (t) => {
  t.throws(() => bundledPackages(["vendor/copied.js"]), /is of no package/);
  t.throws(
    () => bundledPackages(["node_modules/tar/dist/esm/index.min.js"]),
    /in a version that nothing names/,
  );
  t.strictSame(bundledPackages(["src/main.ts"]), []);
  t.end();
});

test("with a carried Node its licence follows, and nothing else is taken for it", (t) => {
  const licenseText = "Node.js is licensed for use as follows:\n\nPermission is hereby granted";
  const text = noticesWithNode(notices, { version: "20.19.0", licenseText });
  t.ok(text.startsWith(notices));
  t.match(text, /^node 20\.19\.0 \(MIT, and those of the libraries in it\)$/m);
  t.ok(text.includes(licenseText));
  t.notMatch(text, "Changed for");
  const changed = noticesWithNode(notices, { version: "20.19.0", licenseText, changed: "less data" });
  t.ok(changed.includes(`\nChanged for knetctl's packages: less data.\n\n${licenseText}\n`));
  t.throws(
    () => noticesWithNode(notices, { version: "20.19.0", licenseText: "MIT" }),
    /not the licence of Node/,
  );
  t.end();
});
