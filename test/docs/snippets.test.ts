import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { report } from "../../src/generated/validate-report.js";
import { parsed } from "../profile/problems-of.js";
import { allVerbs, helpOf, optionsIn } from "./help.js";
import { allPages, clone, codeWordsOf, placeOf, snippetsOf } from "./pages.js";
import { knetctlCalls, refusal } from "./shell.js";

const pages = allPages();
const snippets = pages.flatMap(snippetsOf);

test("every YAML snippet is a valid profile", async (t) => {
  const profiles = snippets.filter(({ info }) => info === "yaml");
  t.ok(profiles.length > 2);
  for (const snippet of profiles) {
    const { profile, problems } = await parsed(snippet.text);
    t.ok(profile !== undefined, placeOf(snippet), { problems });
  }
});

test("every JSON snippet is a document that --json may print", async (t) => {
  const documents = snippets.filter(({ info }) => info === "json");
  t.ok(documents.length > 2);
  for (const snippet of documents) t.ok(report(JSON.parse(snippet.text)), placeOf(snippet), report);
});

test("every call of knetctl in a shell snippet is one that it takes", async (t) => {
  const calls = snippets
    .filter(({ info }) => info === "sh")
    .flatMap((snippet) => knetctlCalls(snippet.text).map((words) => ({ words, place: placeOf(snippet) })));
  t.ok(calls.length > 20);
  for (const { words, place } of calls)
    t.equal(await refusal(words), undefined, `${place}: knetctl ${words.join(" ")}`);
});

test("what prose calls a command of knetctl is one, with options that it has", async (t) => {
  const verbs = new Set(allVerbs().map((verb) => verb.join(" ")));
  for (const page of pages) {
    for (const code of codeWordsOf(page).filter((word) => word.startsWith("knetctl "))) {
      const [verb = "", inner = "", ...rest] = code.split(/\s+/).slice(1);
      if (/^[A-Z-]/.test(verb) || verb === "help") continue;
      const path = verbs.has(`${verb} ${inner}`) ? [verb, inner] : [verb];
      t.ok(verbs.has(path.join(" ")), `${page.path}: ${code}`);
      const known = optionsIn(await helpOf(path));
      const options = [inner, ...rest].filter((word) => word.startsWith("--"));
      t.strictSame(
        options.filter((option) => !known.has(option)),
        [],
        `${page.path}: ${code}`,
      );
    }
  }
});

/** Commands of npm itself, and what may follow its name in a sentence. */
const npmsOwn = ["ci", "install", "pack", "publish", "run", "version", "packages", "and"];

test("every npm script that a page names is one, and CONTRIBUTING names all", (t) => {
  const scripts = npmScripts();
  const named = pages.map(({ path, text }) => ({
    path,
    names: [...text.matchAll(/npm (?:run )?([a-z][a-z:]*)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !npmsOwn.includes(name)),
  }));
  for (const { path, names } of named)
    t.strictSame(
      names.filter((name) => !scripts.includes(name)),
      [],
      path,
    );
  const inGuide = named.find(({ path }) => path === "CONTRIBUTING.md")?.names ?? [];
  t.strictSame(
    scripts.filter((name) => !inGuide.includes(name)),
    [],
  );
  t.end();
});

function npmScripts(): readonly string[] {
  const json: unknown = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"));
  const scripts: unknown = typeof json === "object" && json !== null ? Reflect.get(json, "scripts") : {};
  return Object.keys(typeof scripts === "object" && scripts !== null ? scripts : {});
}
