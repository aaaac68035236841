import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type Test } from "tap";

const clone = join(import.meta.dirname, "../..");
const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: "/nonexistent" };

/** What the list of parts needs of a clone, in a folder of its own below `folder`. */
function sources(t: Test, below = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "knetctl-parts-"));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  const root = join(folder, below);
  mkdirSync(join(root, "scripts/build"), { recursive: true });
  for (const name of ["package.json", "schemas", "scripts/build/parts.mjs"])
    cpSync(join(clone, name), join(root, name), { recursive: true });
  return root;
}

/** Commits all that is there; returns the commit. */
function committed(folder: string): string {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd: folder,
      env: environment,
      encoding: "utf8",
    }).trim();
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message=all");
  return git("rev-parse", "HEAD");
}

interface Parts {
  readonly version: string;
  readonly commit: string | null;
  readonly schemas: readonly string[];
}

function partsIn(root: string, more: Readonly<Record<string, string>> = {}): Parts {
  const program = `
    import { partsOf } from ${JSON.stringify(join(root, "scripts/build/parts.mjs"))};
    const addon = { name: "pkcs11js", version: "2.1.7", license: "MIT" };
    process.stdout.write(JSON.stringify(partsOf([addon])));`;
  const options = { env: { ...environment, ...more }, cwd: "/", encoding: "utf8" } as const;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], options)) as Parts;
}

test("the commit is named when the files are that commit's", (t) => {
  const root = sources(t);
  const commit = committed(root);
  t.equal(partsIn(root).commit, commit);
  t.equal(
    partsIn(root, { GIT_DIR: "/nonexistent" }).commit,
    commit,
    "whatever repository a hook's caller names",
  );
  t.end();
});

test("no commit is named when a file differs from it, or is not in it", (t) => {
  const root = sources(t);
  committed(root);
  appendFileSync(join(root, "package.json"), "\n");
  t.equal(partsIn(root).commit, null);
  const other = sources(t);
  committed(other);
  appendFileSync(join(other, "new"), "\n");
  t.equal(partsIn(other).commit, null);
  t.end();
});

test("no commit is named without git, nor that of a repository in which the sources were unpacked", (t) => {
  t.equal(partsIn(sources(t)).commit, null);
  const root = sources(t, "unpacked/here");
  committed(join(root, "../.."));
  t.equal(partsIn(root).commit, null);
  t.equal(partsIn(root, { PATH: "/nonexistent" }).commit, null, "git is not installed");
  t.end();
});

test("the schemas are named by their ids", (t) => {
  const { schemas } = partsIn(sources(t));
  t.ok(schemas.includes("urn:knetctl:schema:profile"));
  t.ok(schemas.includes("urn:knetctl:schema:report"));
  t.end();
});
