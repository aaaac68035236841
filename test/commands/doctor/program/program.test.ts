import { chmodSync, chownSync, copyFileSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import t from "tap";
import { addon } from "../../../../src/commands/doctor/program/addon.js";
import { caches } from "../../../../src/commands/doctor/program/caches.js";
import { judgeNode, node, nodeFacts } from "../../../../src/commands/doctor/program/node.js";
import { programFolder, started } from "../../../../src/commands/doctor/program/program-folder.js";
import { path } from "../../../../src/host/path.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { scratch, strangerUid } from "../../../support/scratch.js";

t.test("which program it is, is told with its version and place", async (t) => {
  t.match(await checkedIn(started), { status: "ok", text: /^knetctl 0\.1\.0, \/.*\/doctor-scene/ });
});

t.test("a program that others can change fails for root, and warns anybody else", async (t) => {
  const { file, folder } = scratch(t);
  const program = file("knetctl.cjs", "");
  const scene = { programFolder: path(folder), environment: {} };
  t.match(await checkedIn(programFolder, scene), { status: "ok", problems: [] });
  for (const spoil of [
    () => {
      chmodSync(program, 0o666);
    },
    () => {
      chownSync(program, strangerUid, 0);
    },
    () => {
      chmodSync(folder, 0o777);
    },
  ]) {
    chmodSync(folder, 0o755);
    chownSync(program, 0, 0);
    chmodSync(program, 0o644);
    spoil();
    t.match(await checkedIn(programFolder, scene), {
      status: "fail",
      problems: [
        { code: "doctor-program-writable", where: { path: program }, hint: /root should not run it/ },
      ],
    });
    t.match(await checkedIn(programFolder, { ...scene, isRoot: false }), { status: "warn" });
  }
});

t.test("compiled code counts when this node takes it", async (t) => {
  const { file, folder } = scratch(t);
  const scene = { programFolder: path(folder) };
  t.match(await checkedIn(caches, scene), { status: "warn", text: "there is no compiled code" });
  const source = "(function(){ return 1; })";
  const compiled = new Script(source).createCachedData();
  file("program.cjs", source);
  writeFileSync(join(folder, "program.cjs.plan.cache"), compiled);
  t.match(await checkedIn(caches, scene), { status: "ok", text: "compiled code is used" });
  file("program.cjs", `${source} // longer`);
  const refused = await checkedIn(caches, scene);
  t.match(refused, { status: "warn", problems: [{ hint: /npm run build/ }] });
  t.strictSame(codesOf(refused), ["doctor-cache-refused"]);
});

t.test("the addon is loaded, and one that cannot be is named", async (t) => {
  const { file, mkdir, folder } = scratch(t);
  file("pkcs11-worker.cjs", "");
  const scene = { programFolder: path(folder) };
  t.match(await checkedIn(addon, scene), { status: "fail", problems: [{ code: "pkcs11-addon-missing" }] });
  const installed = dirname(createRequire(import.meta.url).resolve("pkcs11js/package.json"));
  file("node_modules/pkcs11js/package.json", '{"main": "index.js"}');
  file("node_modules/pkcs11js/index.js", "");
  mkdir("node_modules/pkcs11js/build/Release");
  const binary = join(folder, "node_modules/pkcs11js/build/Release/pkcs11.node");
  copyFileSync(join(installed, "build/Release/pkcs11.node"), binary);
  t.match(await checkedIn(addon, scene), { status: "ok", text: "pkcs11js can be loaded" });
  writeFileSync(binary, "not a library");
  t.match(await checkedIn(addon, scene), {
    status: "fail",
    problems: [{ code: "pkcs11-addon-missing", where: { path: binary }, detail: /pkcs11\.node: / }],
  });
});

t.test("a node without security fixes warns, whoever brought it", async (t) => {
  const facts = { version: "v24.1.0", isCarried: false, made: new Date("2026-01-01"), sharesOpenssl: false };
  const now = new Date("2026-11-01");
  t.match(judgeNode(facts, now), {
    text: "node v24.1.0 of this system, with an OpenSSL of its own; security fixes until 2028-04-30",
  });
  t.notOk("problems" in judgeNode(facts, now), "the system's packages are the system's affair");
  t.match(judgeNode({ ...facts, version: "v20.20.2" }, now), {
    text: "node v20.20.2 of this system, with an OpenSSL of its own; security fixes ended on 2026-04-30",
    problems: [{ code: "doctor-node-old", severity: "warning", detail: "its line ended on 2026-04-30" }],
  });
  t.match(judgeNode({ ...facts, isCarried: true }, now), {
    problems: [{ detail: "v24.1.0, 304 days old", hint: "install the newest knetctl package" }],
  });
  t.notOk("problems" in judgeNode({ ...facts, isCarried: true, made: now }, now));
  t.match(judgeNode({ ...facts, version: "v99.0.0", sharesOpenssl: true }, now), {
    text: "node v99.0.0 of this system, with the system's OpenSSL",
  });
});

t.test("the node that runs this is told by the day of its release, or by its own file", async (t) => {
  const { mkdir, file } = scratch(t);
  mkdir("program");
  const carried = file("node/bin/node", "");
  const old = new Date(Date.now() - 1000 * 86_400_000);
  utimesSync(carried, old, old);
  const folder = dirname(dirname(dirname(carried)));
  const own = {
    programFolder: path(`${folder}/program`),
    self: { node: path(carried), script: path(carried) },
  };
  t.match(await checkedIn(node, own), { status: "warn", text: /came with knetctl/ });
  const parts = { version: "0.1.0", commit: null, packages: [], addon: {}, schemas: [] };
  const madeWith = (version: string): Date => {
    const about = { version, released: "2026-09-08", icu: "reduced" };
    file("program/parts.json", JSON.stringify({ ...parts, node: about }));
    return nodeFacts({ ...own, version: "0.1.0" }).made;
  };
  t.strictSame(madeWith(process.versions.node), new Date("2026-09-08"));
  t.strictSame(madeWith("20.0.0"), old, "the list is of another node");
  file("program/parts.json", "damaged");
  t.strictSame(nodeFacts({ ...own, version: "0.1.0" }).made, old);
  t.match(await checkedIn(node), { text: /of this system/ });
});
