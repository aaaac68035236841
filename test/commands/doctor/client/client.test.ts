import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execFileSync } from "node:child_process";
import t, { type Test } from "tap";
import { account } from "../../../../src/commands/doctor/client/account.js";
import { config } from "../../../../src/commands/doctor/client/config.js";
import { loader } from "../../../../src/commands/doctor/client/loader.js";
import { module } from "../../../../src/commands/doctor/client/module.js";
import { receiptText } from "../../../../src/host/installer/receipt.js";
import { path } from "../../../../src/host/path.js";
import { clientModule } from "../../../../src/vendor/client.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { serviceUid } from "../../../support/scratch.js";
import { smallRoot } from "../../../support/small-root.js";
import { moduleLibrary } from "../../../support/vendor-archive.js";

const line = `amplia:x:${serviceUid}:${serviceUid}::/var/amplia:/bin/sh\n`;

/** An image with the service's account and its home. */
function image(t: Test): string {
  const root = smallRoot(t);
  writeFileSync(join(root, "etc/passwd"), `root:x:0:0::/root:/bin/sh\n${line}`);
  writeFileSync(join(root, "etc/group"), `root:x:0:\namplia:x:${serviceUid}:\n`);
  mkdirSync(join(root, "var/amplia"), { mode: 0o755 });
  chownSync(join(root, "var/amplia"), serviceUid, serviceUid);
  return root;
}

function withModule(root: string, folder: string, source?: string, ...switches: string[]): string {
  const file = join(root, folder, clientModule);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, moduleLibrary(join(root, "tmp/build"), source, ...switches), { mode: 0o755 });
  return file;
}

function profile(t: Test, rest = "service: { user: amplia }"): string {
  const folder = t.testdir({});
  writeFileSync(
    join(folder, "profile.yaml"),
    "connections:\n  hsm_1: { endpoints: [{ ip: 192.0.2.1, port: 60161 }] }\n" +
      "users:\n  ca_signer: { connection: hsm_1 }\n" +
      rest,
  );
  return join(folder, "profile.yaml");
}

const ldconfig = (root: string) => execFileSync("ldconfig", ["-r", root]);

t.test("the loader finds the client, will not for long, or not at all", async (t) => {
  const root = image(t);
  t.match(await checkedIn(loader, { root }), { status: "skipped", text: "the client is not installed yet" });
  t.match(await checkedIn(loader, { root, profile: profile(t) }), {
    status: /warn|fail/,
    problems: [{ code: "module-not-found" }],
  });
  withModule(root, "opt/knet");
  const entry = join(root, "etc/ld.so.conf.d/knet.conf");
  writeFileSync(entry, "/opt/knet\n");
  ldconfig(root);
  t.match(await checkedIn(loader, { root }), { status: "ok", text: `/opt/knet/${clientModule}` });
  rmSync(entry);
  t.match(await checkedIn(loader, { root }), {
    status: "warn",
    problems: [{ code: "doctor-loader-stale", hint: /^add a line with that folder to/ }],
  });
  ldconfig(root);
  const library = path(`/opt/knet/${clientModule}`);
  const receipt = {
    format: 1,
    archiveSha256: "0",
    archiveName: "a.tar",
    version: "1.7.0",
    files: [],
    library,
  } as const;
  writeFileSync(join(root, "var/lib/knetctl/module.json"), receiptText(receipt), { mode: 0o600 });
  t.match(await checkedIn(loader, { root }), {
    status: "fail",
    problems: [{ code: "doctor-loader-stale", where: { path: library }, hint: /^run ldconfig/ }],
  });
  withModule(root, "usr/lib");
  ldconfig(root);
  t.strictSame(codesOf(await checkedIn(loader, { root })), ["module-not-registered"], "another one is found");
});

t.test("a module is read as ELF: what it lacks, and who can change it", async (t) => {
  const root = image(t);
  t.match(await checkedIn(module, { root }), { status: "skipped" });
  const file = withModule(root, "usr/lib");
  ldconfig(root);
  t.match(await checkedIn(module, { root }), { status: "ok", text: `/usr/lib/${clientModule}` });
  chmodSync(file, 0o777);
  t.match(await checkedIn(module, { root }), {
    status: "fail",
    problems: [{ code: "doctor-module-writable", hint: new RegExp(`chmod go-w ${root}`) }],
  });
  chmodSync(file, 0o700);
  t.strictSame(codesOf(await checkedIn(module, { root })), ["module-not-readable"]);
  chmodSync(file, 0o755);
  withModule(root, "usr/lib", "int main(void) { return 0; }");
  t.strictSame(codesOf(await checkedIn(module, { root })), ["elf-not-pkcs11"]);
  const needed = join(root, "tmp/libmissing-friend.so.3");
  execFileSync("gcc", [
    "-shared",
    "-o",
    needed,
    "-Wl,-soname,libmissing-friend.so.3",
    "-x",
    "c",
    "/dev/null",
  ]);
  withModule(root, "usr/lib", "int C_GetFunctionList(void) { return 0; }", "-Wl,--no-as-needed", needed);
  t.match(await checkedIn(module, { root }), {
    status: "fail",
    problems: [{ code: "elf-library-missing", message: /libmissing-friend\.so\.3/ }],
  });
});

t.test("the service's account: there, to be made, or missing", async (t) => {
  const root = image(t);
  t.match(await checkedIn(account, { root }), {
    status: "ok",
    text: `amplia, uid ${serviceUid}, home /var/amplia`,
  });
  rmSync(join(root, "var/amplia"), { recursive: true });
  t.match(await checkedIn(account, { root }), {
    status: "warn",
    problems: [{ code: "account-without-home" }],
  });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
  t.match(await checkedIn(account, { root }), { status: "skipped" });
  t.match(
    await checkedIn(account, { root, profile: profile(t, "service: { user: amplia, create: true }") }),
    {
      status: "ok",
      text: /apply creates it/,
    },
  );
  t.strictSame(
    codesOf(
      await checkedIn(account, { root, profile: profile(t, "service: { user: amplia, create: false }") }),
    ),
    ["account-missing"],
  );
});

t.test("config.json: the service reads it, and nobody else changes it", async (t) => {
  const root = image(t);
  t.match(await checkedIn(config, { root }), { status: "skipped", text: /there is no .*config\.json yet/ });
  const folder = join(root, "var/amplia/.config/kryptus/knet/pkcs11");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const file = join(folder, "config.json");
  const put = (content: string, mode: number, uid = 0): void => {
    writeFileSync(file, content);
    chmodSync(file, mode);
    chownSync(file, uid, serviceUid);
  };
  put("{}", 0o640);
  t.match(await checkedIn(config, { root }), { status: "ok", problems: [] });
  put("{}", 0o666);
  t.match(await checkedIn(config, { root }), {
    status: "fail",
    problems: [{ code: "doctor-config-open", hint: /^knetctl apply PROFILE --root/ }],
  });
  put("{}", 0o640, serviceUid);
  t.match(await checkedIn(config, { root }), { status: "warn", problems: [{ code: "doctor-config-open" }] });
  put("{}", 0o600);
  t.strictSame(codesOf(await checkedIn(config, { root })), ["doctor-config-closed"]);
  put("{ not JSON", 0o640);
  t.match(await checkedIn(config, { root }), {
    status: "fail",
    problems: [{ code: "client-config-not-json" }],
  });
});
