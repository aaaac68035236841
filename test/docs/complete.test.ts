import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { verbs } from "../../src/commands/verbs.js";
import { isGroup } from "../../src/commands/verb.js";
import { receiptFile } from "../../src/host/installer/receipt.js";
import { lockFolder } from "../../src/host/lock-folder.js";
import { currentFile, runsFolder } from "../../src/host/path.js";
import { exitCodes } from "../../src/problem/exit-codes.js";
import { defaultSettings } from "../../src/profile/key-stores/amplia.js";
import { typeNames } from "../../src/profile/key-stores/key-store-types.js";
import { writtenStoresFile } from "../../src/steps/key-stores/written-stores.js";
import { clientConfigFolders, clientConfigName } from "../../src/vendor/client.js";
import { allPages, codeWordsOf, clone, page, proseOf } from "./pages.js";

test("every exit code is documented, and no other", (t) => {
  const rows = [...page("docs/reference/exit-codes.md").text.matchAll(/^\| (\d+) +\|/gm)];
  t.strictSame(
    rows.map(([, code]) => Number(code)),
    Object.values(exitCodes),
  );
  t.end();
});

test("every room is on the map", (t) => {
  const words = new Set(codeWordsOf(page("docs/architecture.md")));
  const rooms = readdirSync(join(clone, "src")).map((name) => `src/${name}`);
  t.strictSame(
    rooms.filter((room) => !words.has(room)),
    [],
  );
  t.end();
});

test("the files that knetctl keeps and writes are documented", (t) => {
  const words = codeWordsOf(page("docs/reference/files.md"));
  const written = [
    `HOME/${[...clientConfigFolders, clientConfigName].join("/")}`,
    defaultSettings.path,
    `${runsFolder}/RUN`,
    currentFile,
    receiptFile,
    writtenStoresFile,
    lockFolder,
  ];
  t.strictSame(
    written.filter((path) => !words.includes(path)),
    [],
  );
  t.end();
});

test("every verb that takes --root is in the page about images, and no other", (t) => {
  const [, list = ""] =
    /^([^\n]*(?:\n[^\n]+)*?) take\s+`--root DIR`/m.exec(page("docs/containers.md").text) ?? [];
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words.replace(/ --.*/, ""));
  const declared = verbs.flatMap((one) =>
    (isGroup(one)
      ? one.verbs.map((inner) => [`${one.name} ${inner.name}`, inner] as const)
      : [[one.name, one] as const]
    )
      .filter(([, { options }]) => "root" in options)
      .map(([words]) => words),
  );
  t.strictSame(named.toSorted(), declared.toSorted());
  t.end();
});

test("every type of key store is among the types, and has what is proven of it", (t) => {
  const { text } = page("docs/key-stores.md");
  const types = text.split(/^## /m).find((section) => section.startsWith("Types\n")) ?? "";
  const proofs = text.split(/^## /m).find((section) => section.startsWith("What is proven")) ?? "";
  for (const name of typeNames) {
    t.match(types, new RegExp(`^- \\*\\*\`${name}\``, "m"), name);
    t.match(proofs, new RegExp(`^\\| \`${name}\``, "m"), name);
  }
  t.end();
});

test("no item of a list and no heading is run into the line before it", (t) => {
  const joined = [...allPages(), page("CHANGELOG.md"), page("README.pt-BR.md")].flatMap((one) =>
    proseOf(one)
      .split("\n")
      .filter((line) => /\S (?:- \*\*|#{2,} )/.test(line.replaceAll(/`[^`]*`/g, "")))
      .map((line) => `${one.path}: ${line}`),
  );
  t.strictSame(joined, []);
  t.end();
});
