import t from "tap";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import type { Files } from "../../src/host/host.js";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { bundle } from "../support/bundle.js";
import { plainChildren } from "../support/plain-children.js";
import { scratch, serviceUid, type Scratch } from "../support/scratch.js";

plainChildren();

const tries = 500;
const config = path("/home/.config/config.json");

/** Swaps NAME for a link to a folder or file of root's and back, as the service user, until it is killed. */
const swapping = `
  const { renameSync } = require("node:fs");
  const [name, link] = process.argv.slice(1);
  console.log("swapping");
  for (;;) {
    try { renameSync(name, name + ".real"); renameSync(link, name); } catch {}
    try { renameSync(name, link); renameSync(name + ".real", name); } catch {}
  }`;

/** Moves the whole folder away, puts another of the same name in its place, and back. */
const moving = `
  const { renameSync } = require("node:fs");
  const [name, other] = process.argv.slice(1);
  console.log("moving");
  for (;;) {
    try { renameSync(name, name + ".away"); renameSync(other, name); } catch {}
    try { renameSync(name, other); renameSync(name + ".away", name); } catch {}
  }`;

interface Race extends Scratch {
  readonly its: Files;
  /** Runs the work again and again while the attacker swaps; the codes of the problems it met. */
  readonly during: (program: string, args: readonly string[], work: (its: Files) => void) => Promise<ReadonlySet<string>>;
  readonly victim: () => unknown;
}

function race(t: { teardown(work: () => void): void }): Race {
  const all = scratch(t);
  all.mkdir("home", { uid: serviceUid });
  all.mkdir("home/.config", { uid: serviceUid });
  all.file("root/config.json", "precious", { mode: 0o644 });
  const its = all.files(serviceUid);
  const during: Race["during"] = async (program, args, work) => {
    const attacker = spawn(process.execPath, ["-e", program, ...args], { uid: serviceUid, gid: serviceUid, stdio: ["ignore", "pipe", "inherit"] });
    await once(attacker.stdout, "data");
    const met = new Set<string>();
    // on a busy machine the attacker may come to its turn late
    const end = Date.now() + 10_000;
    for (let count = 0; count < tries || (met.size < 2 && Date.now() < end); count++) {
      try {
        work(its);
        met.add("done");
      } catch (error) {
        met.add(error instanceof Problem ? error.code : String(error));
      }
    }
    const ended = once(attacker, "exit");
    attacker.kill("SIGKILL");
    await ended;
    return met;
  };
  const victim = (): unknown => {
    const { mode, uid, gid, ino } = lstatSync(`${all.folder}/root/config.json`);
    const folder = lstatSync(`${all.folder}/root`);
    return [readdirSync(`${all.folder}/root`), readFileSync(`${all.folder}/root/config.json`, "utf8"), mode, uid, gid, ino, folder.uid, folder.mode];
  };
  return { ...all, its, during, victim };
}

const refusals = new Set([
  "done", "host-untrusted-link", "host-untrusted-owner", "host-not-a-folder", "host-not-a-file", "host-entry-changed", "host-folder-missing",
  "host-entry-exists",
]);

t.test("1: while a folder is swapped for a link, nothing of root's is written, given away, read or removed", async (t) => {
  const { during, victim, folder } = race(t);
  symlinkSync("../root", `${folder}/home/link`);
  const before = victim();
  let read = "";
  const met = await during(swapping, [`${folder}/home/.config`, `${folder}/home/link`], (its) => {
    its.write(config, Buffer.from("new"), { mode: 0o666, uid: serviceUid, gid: serviceUid });
    read += its.read(config)?.toString() ?? "";
    const entry = its.entry(config);
    if (entry !== undefined) its.setOwner(config, entry, { uid: 0, gid: serviceUid });
    its.remove(config);
    its.createFolder(path("/home/.config/made"), { mode: 0o777, uid: serviceUid, gid: serviceUid });
    its.removeFolder(path("/home/.config/made"));
  });
  t.same(victim(), before);
  t.notMatch(read, /precious/);
  t.same([...met].filter((code) => !refusals.has(code)), []);
  t.ok(met.has("host-untrusted-link") || met.has("host-entry-changed") || met.has("host-folder-missing"), `the race took place: ${[...met].join(" ")}`);
});

t.test("2: while the file is swapped for a link, root's file keeps its content, owner and mode", async (t) => {
  const { during, victim, folder, file } = race(t);
  file("home/.config/config.json", "old", { uid: serviceUid });
  symlinkSync("../../root/config.json", `${folder}/home/.config/link`);
  const before = victim();
  let read = "";
  const met = await during(swapping, [`${folder}/home/.config/config.json`, `${folder}/home/.config/link`], (its) => {
    const entry = its.entry(config);
    if (entry === undefined) return;
    read += its.read(config)?.toString() ?? "";
    its.setMode(config, entry, 0o666);
    its.setOwner(config, entry, { uid: serviceUid, gid: serviceUid });
    its.write(config, Buffer.from("new"), { mode: 0o640, uid: serviceUid, gid: serviceUid });
  });
  t.same(victim(), before);
  t.notMatch(read, /precious/);
  t.same([...met].filter((code) => !refusals.has(code)), []);
});

t.test("16: a write into a tree that is moved away meanwhile is not called done", async (t) => {
  const { during, mkdir, folder } = race(t);
  mkdir("home/other", { uid: serviceUid });
  const met = await during(moving, [`${folder}/home/.config`, `${folder}/home/other`], (its) => {
    its.write(config, Buffer.from("new"), { mode: 0o640, uid: 0, gid: serviceUid });
  });
  t.ok(met.has("host-entry-changed") || met.has("host-folder-missing"), [...met].join(" "));
  t.same([...met].filter((code) => !refusals.has(code)), []);
});

t.test("55: who reads while the file is written again and again sees one whole content or another, and no problem", async (t) => {
  const { folder, its, file } = race(t);
  file("home/.config/config.json", "0".repeat(100_000), { uid: serviceUid });
  const writer = spawn(process.execPath, ["--input-type=module", "-e", bundle(`
    import { realHost } from "../../src/host/real-host.js";
    const files = realHost(${JSON.stringify(folder)}).files(${serviceUid});
    console.log("writing");
    for (let count = 1; ; count++) files.write("${config}", Buffer.alloc(100_000, String(count % 10)), { mode: 0o640, uid: 0, gid: 0 });
  `)], { stdio: ["ignore", "pipe", "inherit"] });
  await once(writer.stdout, "data");
  const contents = new Set<string>();
  const end = Date.now() + 10_000;
  for (let count = 0; count < tries || (contents.size < 2 && Date.now() < end); count++) contents.add(its.read(config)?.toString() ?? "missing");
  writer.kill("SIGKILL");
  await once(writer, "exit");
  for (const content of contents) t.match(content, /^(\d)\1{99999}$/);
  t.ok(contents.size > 1, `${contents.size} contents seen`);
});
