import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parse } from "yaml";
import { releaseNotes } from "../../scripts/package/release-notes.mjs";

const clone = join(import.meta.dirname, "../..");
const text = readFileSync(join(clone, ".github/workflows/release.yml"), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: readonly string[];
  readonly steps: readonly Step[];
}

const { permissions, jobs } = parse(text) as { permissions: object; jobs: Record<string, Job> };
const steps = Object.values(jobs).flatMap((job) => job.steps);
const commands = steps.flatMap(({ run }) => run ?? []);

test("every action is pinned to a commit, and the version that it is stands beside it", (t) => {
  const lines = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
  t.equal(lines.length, steps.filter(({ uses }) => uses !== undefined).length);
  for (const line of lines) t.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  t.end();
});

test("one job may write, after the others, and it runs nothing of the repository", (t) => {
  t.strictSame(permissions, {});
  const writing = Object.entries(jobs).filter(([, job]) =>
    Object.values(job.permissions ?? {}).includes("write"),
  );
  t.strictSame(
    writing.map(([name]) => name),
    ["release"],
  );
  const release = jobs["release"]!;
  t.strictSame(release.needs, ["test", "build"]);
  t.notMatch(JSON.stringify(release.steps), /actions\/checkout|\bnode |\bnpm |\.mjs/);
  t.end();
});

test("what a tag is named cannot become a command", (t) => {
  for (const command of commands) t.notMatch(command, /\$\{\{/);
  t.end();
});

test("the scripts that it runs are there", (t) => {
  const run = commands.join("\n");
  for (const [, file = ""] of run.matchAll(/(?:node|bash) (\S+)/g)) t.ok(existsSync(join(clone, file)), file);
  const { scripts } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as { scripts: object };
  for (const [, name = ""] of run.matchAll(/\bnpm run ([\w:-]+)/g)) t.ok(name in scripts, `npm run ${name}`);
  t.end();
});

const changelog = `# Changelog

## [Unreleased]

## [0.2.0] - 2026-01-31

### Added

- a thing

## 0.1.0

- the first
`;

test("a release's notes are the entry of its version", (t) => {
  t.equal(releaseNotes({ tag: "v0.2.0", version: "0.2.0", changelog }), "### Added\n\n- a thing\n");
  t.equal(releaseNotes({ tag: "v0.1.0", version: "0.1.0", changelog }), "- the first\n");
  t.end();
});

test("a tag of another version is refused, and a version that the changelog does not tell of", (t) => {
  t.throws(() => releaseNotes({ tag: "v0.2.0", version: "0.1.0", changelog }), /the tag is v0\.2\.0/);
  t.throws(() => releaseNotes({ tag: "v0.3.0", version: "0.3.0", changelog }), /no entry for 0\.3\.0/);
  const unreleased = { tag: "vUnreleased", version: "Unreleased", changelog };
  t.throws(() => releaseNotes(unreleased), /no entry/);
  t.end();
});
