import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { verbWords } from "../../src/commands/command-line/verb-words.js";
import { namedVerb } from "../../src/commands/command-line/named-verb.js";
import { optionsToOffer } from "../../src/commands/command-line/misused-options.js";
import { profileKeys } from "../../scripts/manual/profile-keys.mjs";
import { manualPages } from "../../scripts/manual/manual.mjs";
import { parsed } from "../profile/problems-of.js";
import { sourceFiles } from "../support/source-imports.js";
import { allVerbs } from "./help.js";
import { clone, codeWordsOf, page } from "./pages.js";

const pages = await manualPages({ date: 1_000_000_000 });

/** What mandoc says about pages, without where. References are looked up where manuals are installed. */
function lint(texts: ReadonlyMap<string, string>, folder: string): readonly string[] {
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
  const { stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "all", ...texts.keys()], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "" && !line.includes("referenced manual not found"))
    .map((line) => line.replace(/^mandoc: [^ ]+ /, ""));
}

test("mandoc finds nothing in the manual's pages; without a date, only that", async (t) => {
  t.strictSame(lint(pages, t.testdir({ dated: {} })), []);
  const undated = lint(await manualPages({}), t.testdir({ undated: {} }));
  t.equal(undated.length, pages.size);
  t.strictSame(
    undated.filter((line) => !line.includes("missing date")),
    [],
  );
});

test("the same sources give the same pages, with no date but the given one", async (t) => {
  t.strictSame(await manualPages({ date: 1_000_000_000 }), pages);
  t.match(pages.get("knetctl.8"), /^\.Dd September 9, 2001\n/);
  t.match((await manualPages({})).get("knetctl.8"), /^\.Dd\n/);
});

test("every command has its page, which the program's, or its group's, leads to", (t) => {
  const wanted = ["knetctl.8", ...allVerbs().map((path) => `knetctl-${path.join("-")}.8`)];
  t.strictSame([...pages.keys()].toSorted(), [...wanted, "knetctl.profile.5"].toSorted());
  for (const path of allVerbs()) {
    const above = pages.get(`${["knetctl", ...path.slice(0, -1)].join("-")}.8`) ?? "";
    t.ok(above.includes(`\n.It Xr knetctl-${path.join("-")} 8\n`), path.join(" "));
  }
  for (const [name, text] of pages)
    for (const [, target, section] of text.matchAll(/^\.(?:It )?Xr (\S+) (\d)/gm))
      t.ok(pages.has(`${target}.${section}`), `${name}: ${target}(${section})`);
  t.end();
});

test("a command's page has each of its options, its examples and its exit codes", (t) => {
  for (const path of allVerbs()) {
    const { verb } = namedVerb(path);
    if (verb === undefined) continue;
    const text = shown(pages.get(`knetctl-${path.join("-")}.8`) ?? "");
    const everywhere = new Set(optionsToOffer(verbWords(undefined)));
    for (const option of optionsToOffer(verbWords(verb)))
      t.ok(everywhere.has(option) || text.includes(option), `${path.join(" ")}: ${option}`);
    for (const [line] of verb.examples) t.ok(text.includes(line.slice(0, 60)), line);
    t.match(text, /EXIT STATUS\n\s+0 +done/, path.join(" "));
  }
  t.end();
});

/** A page as it is read, wide enough that no line is broken. */
function shown(text: string): string {
  const { stdout } = spawnSync("mandoc", ["-T", "ascii", "-O", "width=1000"], {
    input: text,
    encoding: "utf8",
  });
  return stdout.replaceAll(/.\u0008/g, "");
}

test("the profile's page has every key, and an example that is a valid profile", async (t) => {
  const text = shown(pages.get("knetctl.profile.5") ?? "");
  const schema: unknown = JSON.parse(readFileSync(join(clone, "schemas/profile.schema.json"), "utf8"));
  const keys = profileKeys(schema);
  t.ok(keys.length > 50);
  for (const { path, holds } of keys) t.ok(text.includes(`     ${path} (${holds})\n`), path);
  const [, example = ""] = /\nEXAMPLES\n([^]*?)\nSEE ALSO\n/.exec(text) ?? [];
  const { profile, problems } = await parsed(example.replaceAll(/^ {11}/gm, ""));
  t.ok(profile !== undefined && profile.connections.size > 0, { problems });
});

test("the build puts the pages beside the program", (t) => {
  t.strictSame(readdirSync(join(clone, "dist/man")).toSorted(), [...pages.keys()].toSorted());
  t.end();
});

test("the variables that the program reads are in the manual, and no other", (t) => {
  const read = sourceFiles(join(clone, "src")).flatMap((file) =>
    [...readFileSync(join(clone, "src", file), "utf8").matchAll(/environment\["(\w+)"\]/g)].map(
      ([, name = ""]) => name,
    ),
  );
  const named = [...(pages.get("knetctl.8") ?? "").matchAll(/^\.It Ev (\w+)$/gm)].map(([, name]) => name);
  t.strictSame(named.toSorted(), [...new Set(read)].toSorted());
  t.ok(codeWordsOf(page("docs/reference/commands.md")).includes("NO_COLOR"));
  t.end();
});
