import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { path } from "../../../src/host/path.js";
import { sha256 } from "../../../src/host/random-hex.js";
import { changeText, contentLines } from "../../../src/ui/reports/plan-text.js";
import { style } from "../../../src/ui/text/width.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import { type InstallFile, installFile } from "../../../src/workflow/change-kinds/install-file.js";
import { problemOf, stage, type Stage } from "../../support/install-stage.js";
import { intercept } from "../../support/intercept.js";

const file = path("/usr/local/lib/tool");
const seen = { sha256: sha256("old"), size: 3, mode: 0o755, uid: 0, gid: 0 };
const create: InstallFile = {
  step: "module",
  kind: "install-file",
  path: file,
  sha256: sha256("new"),
  size: 3,
  mode: 0o4755,
  uid: 0,
  gid: 8,
  owner: "root",
  group: "#8",
  before: null,
  brought: true,
};
const replace: InstallFile = { ...create, before: seen };
const capability = "AQAAAgAgAAAAAAAAAAAAAAAAAAA=";

function give(at: string, name: string, base64: string): void {
  const script =
    "import os, sys, base64; os.setxattr(sys.argv[1], sys.argv[2], base64.b64decode(sys.argv[3]))";
  execFileSync("python3", ["-c", script, at, name, base64]);
}

/** A root with the file as the plan saw it, or without, and a run that has the new content at hand. */
function scene(t: Test, { isThere }: { isThere: boolean }): Stage & { readonly context: RunContext } {
  const s = stage(t);
  if (isThere) {
    writeFileSync(s.at(file), "old");
    chmodSync(s.at(file), 0o755);
  }
  writeFileSync(join(s.folder, "staged"), "new");
  const contents = { read: () => Buffer.from("new"), file: () => join(s.folder, "staged") };
  return { ...s, context: { ...s.run(), contents } };
}

function look(s: Stage): string {
  if (!existsSync(s.at(file))) return "nothing";
  const { mode, uid, gid } = lstatSync(s.at(file));
  return [mode.toString(8), uid, gid, readFileSync(s.at(file), "utf8")].join(" ");
}

function withoutContents(run: RunContext): RunContext {
  const { host, folder, number, changes } = run;
  return {
    host,
    folder,
    number,
    changes,
    note: (text) => {
      run.note(text);
    },
    report: (text) => {
      run.report(text);
    },
  };
}

/** What would be another if anybody had touched the file. */
function identity(s: Stage): unknown {
  const stats = lstatSync(s.at(file), { throwIfNoEntry: false, bigint: true });
  return stats && [stats.ino, stats.mode, stats.uid, stats.gid, stats.size, stats.mtimeNs];
}

/** The prior state as another process gets it. */
async function recorded(change: InstallFile, run: RunContext) {
  const prior = installFile.parsePrior(JSON.parse(JSON.stringify(await installFile.record(change, run))));
  if (prior === undefined) throw new Error("its own prior state is not understood");
  return prior;
}

async function perform(...args: Parameters<typeof installFile.perform>): Promise<void> {
  await installFile.perform(...args);
}

async function undo(...args: Parameters<typeof installFile.undo>): Promise<void> {
  await installFile.undo(...args);
}

for (const isThere of [false, true]) {
  const change = isThere ? replace : create;
  t.test(`${isThere ? "a replaced" : "a new"} file: there and back, again, and by hand`, async (t) => {
    const s = scene(t, { isThere });
    const before = look(s);
    const prior = await recorded(change, s.context);
    // who takes it back has no contents any more
    const later = withoutContents(s.context);
    await undo(change, prior, later);
    t.equal(look(s), before, "undoing what was not begun changes nothing");
    t.same(await installFile.observe(change, prior, later), { state: "before" });
    await perform(change, prior, s.context);
    t.equal(look(s), "104755 0 8 new");
    t.same(await installFile.observe(change, prior, later), { state: "after" });
    for (const time of ["first", "second"]) {
      await undo(change, prior, later);
      t.equal(look(s), before, time);
    }
    t.same(await installFile.observe(change, prior, later), { state: "before" });
    await perform(change, prior, s.context);
    for (const command of installFile.byHand(change, prior, later)) execFileSync("sh", ["-c", command]);
    t.equal(look(s), before);
  });
}

t.test("capabilities: there, and those from before back, also by hand", async (t) => {
  const s = scene(t, { isThere: true });
  give(s.at(file), "user.old", "AA==");
  give(join(s.folder, "staged"), "security.capability", capability);
  const change = { ...replace, attributes: { "security.capability": capability } };
  const attributes = () => s.host.files().attributes(file);
  const prior = await recorded(change, s.context);
  await perform(change, prior, s.context);
  t.same(attributes(), { "security.capability": capability });
  await undo(change, prior, s.context);
  t.same(attributes(), { "user.old": "AA==" });
  await perform(change, prior, s.context);
  for (const command of installFile.byHand(change, prior, s.context)) execFileSync("sh", ["-c", command]);
  t.same(attributes(), { "user.old": "AA==" });
});

t.test("only the capabilities change: before and after are told apart, and undone", async (t) => {
  const s = scene(t, { isThere: true });
  writeFileSync(s.at(file), "new");
  give(join(s.folder, "staged"), "security.capability", capability);
  const attributes = { "security.capability": capability };
  const change = { ...create, mode: 0o755, gid: 0, before: { ...seen, sha256: create.sha256 }, attributes };
  const prior = await recorded(change, s.context);
  t.same(await installFile.observe(change, prior, s.context), { state: "before" });
  await perform(change, prior, s.context);
  t.same(await installFile.observe(change, prior, s.context), { state: "after" });
  await undo(change, prior, s.context);
  t.same(s.host.files().attributes(file), {});
  t.same(await installFile.observe(change, prior, s.context), { state: "before" });
});

/** What somebody does to the file, and what no change may then overwrite. */
const meanwhile: Readonly<Record<string, (at: string) => void>> = {
  "edited in place": (at) => {
    writeFileSync(at, "the");
  },
  replaced: (at) => {
    writeFileSync(`${at}.new`, "old!");
    renameSync(`${at}.new`, at);
  },
  removed: (at) => {
    rmSync(at);
  },
  "given other rights": (at) => {
    chmodSync(at, 0o700);
  },
  "given to another": (at) => {
    chownSync(at, 0, 5);
  },
  "made a folder": (at) => {
    rmSync(at);
    mkdirSync(at);
  },
  "made a link": (at) => {
    rmSync(at);
    symlinkSync("/etc/passwd", at);
  },
};

for (const [what, spoil] of Object.entries(meanwhile)) {
  t.test(`a file that was ${what} since the plan stays so`, async (t) => {
    const s = scene(t, { isThere: true });
    const prior = await recorded(replace, s.context);
    spoil(s.at(file));
    const now = identity(s);
    const { code } = await problemOf(perform(replace, prior, s.context));
    t.ok(["workflow-changed-since-plan", "host-not-a-file"].includes(code), code);
    t.same(identity(s), now);
  });

  t.test(`a file that was ${what} while the disk took the new one stays so`, async (t) => {
    const s = scene(t, { isThere: true });
    const prior = await recorded(replace, s.context);
    let now: unknown;
    intercept(t, "fsyncSync", "after", (_fd, stop) => {
      stop();
      spoil(s.at(file));
      now = identity(s);
    });
    const { code } = await problemOf(perform(replace, prior, s.context));
    t.ok(["workflow-changed-since-plan", "host-not-a-file"].includes(code), code);
    t.same(identity(s), now);
  });

  if (what.startsWith("given")) continue;
  t.test(`an installed file that was ${what} since is not taken back`, async (t) => {
    const s = scene(t, { isThere: true });
    const prior = await recorded(replace, s.context);
    await perform(replace, prior, s.context);
    spoil(s.at(file));
    const now = identity(s);
    t.match(await installFile.observe(replace, prior, s.context), { state: "other" });
    t.equal((await problemOf(undo(replace, prior, s.context))).code, "undo-unsafe");
    t.same(identity(s), now);
  });
}

t.test("a new file is put over nothing that somebody made meanwhile", async (t) => {
  const s = scene(t, { isThere: false });
  const prior = await recorded(create, s.context);
  intercept(t, "fsyncSync", "after", (_fd, stop) => {
    stop();
    writeFileSync(s.at(file), "theirs");
  });
  t.equal((await problemOf(perform(create, prior, s.context))).code, "workflow-changed-since-plan");
  t.equal(readFileSync(s.at(file), "utf8"), "theirs");
});

t.test("rights given to an installed file since keep nobody from taking it back", async (t) => {
  const s = scene(t, { isThere: true });
  const prior = await recorded(replace, s.context);
  await perform(replace, prior, s.context);
  chmodSync(s.at(file), 0o444);
  await undo(replace, prior, s.context);
  t.equal(look(s), "100755 0 0 old");
});

t.test("a file of another owner than root is installed, and taken back", async (t) => {
  const s = scene(t, { isThere: false });
  const change = { ...create, uid: 61_234 };
  const prior = await recorded(change, s.context);
  await perform(change, prior, s.context);
  t.equal(look(s), "104755 61234 8 new");
  await undo(change, prior, s.context);
  t.equal(look(s), "nothing");
});

t.test("without the content at hand nothing is done", async (t) => {
  const s = scene(t, { isThere: true });
  const prior = await recorded(replace, s.context);
  const without = withoutContents(s.context);
  t.equal((await problemOf(perform(replace, prior, without))).code, "workflow-changed-since-plan");
  t.equal(look(s), "100755 0 0 old");
});

t.test("the copy of the file before is gone, or another: said, and nothing is removed", async (t) => {
  for (const spoil of [
    rmSync,
    (at: string) => {
      writeFileSync(at, "odd");
    },
  ]) {
    const s = scene(t, { isThere: true });
    const prior = await recorded(replace, s.context);
    await perform(replace, prior, s.context);
    spoil(s.at(`${s.context.folder}/before-1`));
    t.equal((await problemOf(undo(replace, prior, s.context))).code, "journal-damaged");
    t.equal(look(s), "104755 0 8 new");
  }
});

t.test("a library of 100 MB: there and back", async (t) => {
  const s = scene(t, { isThere: true });
  const large = Buffer.alloc(100_000_000, 7);
  const old = Buffer.alloc(100_000_000, 8);
  writeFileSync(s.at(file), old);
  const run = { ...s.context, contents: { read: () => large, file: () => "" } };
  const before = { ...seen, sha256: sha256(old), size: old.length };
  const change = { ...create, sha256: sha256(large), size: large.length, before };
  const prior = await recorded(change, run);
  await perform(change, prior, run);
  t.equal(s.host.files().state(file)?.sha256, change.sha256);
  await undo(change, prior, run);
  t.equal(s.host.files().state(file)?.sha256, before.sha256);
});

t.test("set-id bits, capabilities and what the archive did not bring stand out", (t) => {
  const told = (change: InstallFile) => [changeText(change), ...contentLines(change, style(false))];
  t.same(told({ ...create, mode: 0o755 }), ["create file /usr/local/lib/tool  0755 root:#8, 3 bytes"]);
  t.same(
    told({ ...replace, mode: 0o6755, brought: false, attributes: { "security.capability": capability } }),
    [
      "replace file /usr/local/lib/tool  6755 setuid setgid root:#8, 3 bytes",
      "not a file of the archive: install.sh makes or changes it",
      "capabilities: cap_net_raw+ep",
    ],
  );
  t.end();
});

t.test("a prior state that nobody wrote so is refused", (t) => {
  const kept = { existed: true, backup: "before-1", ...seen };
  t.same(installFile.parsePrior(kept), kept);
  const wrong = [null, 1, {}, { existed: true }, { ...kept, backup: "../x" }, { ...kept, sha256: "x" }];
  for (const json of [...wrong, { ...kept, mode: -1 }, { ...kept, size: "3" }])
    t.equal(installFile.parsePrior(json), undefined, JSON.stringify(json));
  t.end();
});
