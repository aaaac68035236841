import t from "tap";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

const settings = "/etc/amplia/appsettings.conf";
const record = "/var/lib/knetctl/key-stores.json";
const pin = (user: string): string => readFileSync(`${folder}/${user}.pin`, "utf8").trimEnd();
const base = readFileSync(profile, "utf8");

/** A profile of the two users with these key stores. */
function withStores(name: string, stores: string): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(file, `${base}${stores}`);
  return file;
}

const ca = "  CaHsm: { type: Pkcs11, user: ca_signer }\n";
const tsa = "  TsaHsm: { type: Pkcs11, user: tsa_signer }\n";
const both = withStores(
  "both",
  `amplia: { version: "4.9.0" }\nkey_stores:\n${ca}${tsa}default_key_store: CaHsm\n`,
);
const one = withStores("one", `amplia: { version: "4.9.0" }\nkey_stores:\n${ca}default_key_store: CaHsm\n`);
const none = withStores("none", "key_stores: {}\n");

const theirs =
  "; by hand\r\n\r\n[Amplia]\r\nSiteUrl = " +
  "http://localhost\r\n\r\n[KeyStores:Own]\r\nType=Native\r\n\r\n; the end";

const section = (name: string, user: string): string =>
  [
    "",
    `[KeyStores:${name}]`,
    "Type=Pkcs11",
    "Module=libkNETPKCS11.so",
    `Pin=${pin(user)}`,
    `TokenLabel=${user}`,
  ].join("\r\n");

t.test("plan: every setting that would be written, no PIN, and nothing done", async (t) => {
  mkdirSync("/etc/amplia", { mode: 0o755 });
  writeFileSync(settings, theirs, { mode: 0o644 });
  const { exitCode, document } = await knetctlJson(["plan", both]);
  t.equal(exitCode, 2, JSON.stringify(document.problems));
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  const [written] = document.changes.filter(({ kind }) => kind === "write-settings");
  t.match(written, { path: settings, mode: "0640", owner: "root", group: "amplia", new: false });
  t.same(written?.["summary"], [
    "KeyStores:CaHsm:Type: Pkcs11",
    "KeyStores:CaHsm:Module: libkNETPKCS11.so",
    "KeyStores:CaHsm:Pin: <set>",
    "KeyStores:CaHsm:TokenLabel: ca_signer",
    "KeyStores:TsaHsm:Type: Pkcs11",
    "KeyStores:TsaHsm:Module: libkNETPKCS11.so",
    "KeyStores:TsaHsm:Pin: <set>",
    "KeyStores:TsaHsm:TokenLabel: tsa_signer",
    "Amplia:DefaultKeyStore: CaHsm",
  ]);
  t.match(document.problems, [{ code: "settings-exposed" }]);
  t.notMatch(JSON.stringify(document), pin("ca_signer"));
  t.equal(readFileSync(settings, "utf8"), theirs);
});

t.test("apply: two users on two key stores, and every byte of the rest as it was", async (t) => {
  const { exitCode, document } = await knetctlJson(["apply", both]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.equal(document.outcome, "applied");
  const text = readFileSync(settings, "utf8");
  t.equal(
    text,
    [
      theirs.replace("localhost\r\n", "localhost\r\nDefaultKeyStore = CaHsm\r\n"),
      section("CaHsm", "ca_signer"),
      section("TsaHsm", "tsa_signer"),
    ].join("\r\n"),
  );
  const gid = Number(execFileSync("id", ["-g", "amplia"]).toString());
  const rights = (file: string) => {
    const { mode, uid, gid: group } = statSync(file);
    return [(mode & 0o7777).toString(8), uid, group];
  };
  t.same(
    [rights("/etc/amplia"), rights(settings), rights(record)],
    [
      ["750", 0, gid],
      ["640", 0, gid],
      ["600", 0, 0],
    ],
  );
});

t.test("no other user can read it, and the application's can", async (t) => {
  t.match(
    execFileSync("setpriv", [
      "--reuid",
      "amplia",
      "--regid",
      "amplia",
      "--init-groups",
      "cat",
      settings,
    ]).toString(),
    /TokenLabel=ca_signer/,
  );
  t.throws(() =>
    execFileSync("setpriv", ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "cat", settings], {
      stdio: "pipe",
    }),
  );
});

t.test("the journal knows the settings by their hash alone", async (t) => {
  const runs = "/var/lib/knetctl/runs";
  for (const run of readdirSync(runs))
    t.notMatch(
      readFileSync(join(runs, run, "journal.jsonl"), "utf8"),
      new RegExp(`${pin("ca_signer")}|${pin("tsa_signer")}`),
    );
});

t.test("again: unchanged, and verify finds nothing", async (t) => {
  const inode = statSync(settings).ino;
  t.match((await knetctlJson(["apply", both])).document, { outcome: "unchanged", changes: [] });
  t.equal(statSync(settings).ino, inode);
  const { exitCode, document } = await knetctlJson(["verify", both]);
  t.equal(exitCode, 0, JSON.stringify(document));
});

t.test("another PIN in the settings: verify tells, without showing either; apply mends it", async (t) => {
  const text = readFileSync(settings, "utf8");
  writeFileSync(settings, text.replace(`Pin=${pin("tsa_signer")}`, "Pin=old-one"));
  const { exitCode, document } = await knetctlJson(["verify", "--no-smoke-test", both]);
  t.equal(exitCode, 2);
  t.match(document.changes, [{ kind: "write-settings", summary: ["KeyStores:TsaHsm:Pin: <changed>"] }]);
  t.match(document.problems, [{ code: "key-store-pin-differs", severity: "warning" }]);
  t.notMatch(JSON.stringify(document), /old-one/);
  t.equal((await knetctlJson(["apply", "--no-smoke-test", both])).document.outcome, "applied");
  t.equal(readFileSync(settings, "utf8"), text);
});

t.test("rights that were widened are drift; apply takes them back and leaves the text", async (t) => {
  chmodSync(settings, 0o644);
  const { document } = await knetctlJson(["plan", both]);
  t.match(document.changes, [{ kind: "set-mode", path: settings, from: "0644", mode: "0640" }]);
  t.match(document.problems, [{ code: "settings-exposed" }]);
  t.equal((await knetctlJson(["apply", "--no-smoke-test", both])).document.outcome, "applied");
});

t.test("a store taken out of the profile loses its section; one by hand is told, and kept", async (t) => {
  const { document } = await knetctlJson(["apply", one]);
  t.equal(document.outcome, "applied");
  const text = readFileSync(settings, "utf8");
  t.notMatch(text, /TsaHsm/);
  t.match(text, /\[KeyStores:Own\]\r\nType=Native\r\n/);
  t.match(
    (document as unknown as { notes: { text: string }[] }).notes.map((note) => note.text).join("\n"),
    new RegExp(
      'key store "Own" in /etc/amplia/appsettings\\.conf is not in the profile; ' +
        "it was not written by knetctl, and is kept",
    ),
  );
});

t.test("rollback puts the section back, PIN and all", async (t) => {
  const { exitCode } = await knetctl(["rollback"]);
  t.equal(exitCode, 0);
  t.match(readFileSync(settings, "utf8"), section("TsaHsm", "tsa_signer"));
  t.equal((await knetctlJson(["plan", both])).exitCode, 0);
});

t.test("no key stores at all: those of knetctl go, and the file is as it was found", async (t) => {
  t.equal(
    (await knetctlJson(["apply", "--no-smoke-test", profile])).document.outcome,
    "unchanged",
    "a profile that says nothing of them leaves them",
  );
  t.equal((await knetctlJson(["apply", "--no-smoke-test", none])).document.outcome, "applied");
  t.equal(readFileSync(settings, "utf8"), theirs);
});

t.test(
  "what the application would refuse is a problem with its line, before anything is written",
  async (t) => {
    const broken = `${theirs}\r\nno equals sign here\r\n`;
    writeFileSync(settings, broken);
    const { exitCode, document } = await knetctlJson(["apply", "--no-smoke-test", both]);
    t.equal(exitCode, 1);
    t.match(document.problems, [{ code: "settings-syntax", where: { path: settings, line: 10 } }]);
    t.equal(readFileSync(settings, "utf8"), broken);
  },
);

t.test("each form in a new file, and the default's file alone holds the default", async (t) => {
  rmSync("/etc/amplia", { recursive: true });
  const target = (name: string, user: string, to: string): string =>
    `  ${name}: { type: Pkcs11, user: ${user}, target: ${to} }\n`;
  const forms = withStores(
    "forms",
    `amplia: { version: "4.9.0" ` +
      `}\nkey_stores:\n${target("A", "ca_signer", "/etc/amplia/appsettings.json")}` +
      target("B", "tsa_signer", "{ file: /etc/amplia/env, form: systemd }") +
      `${target("C", "tsa_signer", "/srv/amplia/docker.env")}default_key_store: A\n`,
  );
  const { exitCode, document } = await knetctlJson(["apply", "--no-smoke-test", forms]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.equal(
    readFileSync("/etc/amplia/appsettings.json", "utf8"),
    [
      "{",
      '\t"KeyStores": {',
      '\t\t"A": {',
      '\t\t\t"Type": "Pkcs11",',
      '\t\t\t"Module": "libkNETPKCS11.so",',
      `\t\t\t"Pin": "${pin("ca_signer")}",`,
      '\t\t\t"TokenLabel": "ca_signer"',
      "\t\t}",
      "\t},",
      '\t"Amplia": {',
      '\t\t"DefaultKeyStore": "A"',
      "\t}",
      "}",
      "",
    ].join("\n"),
  );
  for (const [file, name] of [
    ["/etc/amplia/env", "B"],
    ["/srv/amplia/docker.env", "C"],
  ] as const) {
    t.equal(
      readFileSync(file, "utf8"),
      `KeyStores__${name}__Type=Pkcs11\nKeyStores__${name}__Module=libkNETPKCS11.so\n` +
        `KeyStores__${name}__Pin=${pin("tsa_signer")}\nKeyStores__${name}__TokenLabel=tsa_signer\n`,
    );
    t.equal(statSync(file).mode & 0o7777, 0o640);
  }
  t.equal(statSync("/srv/amplia").mode & 0o7777, 0o750);
  t.equal((await knetctlJson(["plan", forms])).exitCode, 0);
  t.equal((await knetctlJson(["rollback"])).exitCode, 0);
  for (const gone of ["/etc/amplia", "/srv/amplia"]) t.notOk(existsSync(gone), gone);
});

t.test("a failed proof leaves the settings alone, their very file", async (t) => {
  mkdirSync("/etc/amplia", { mode: 0o755 });
  writeFileSync(settings, theirs, { mode: 0o600 });
  const { ino } = statSync(settings);
  await cluster.stop();
  const { exitCode, document } = await knetctlJson(["apply", both]);
  t.match({ exitCode, ...document }, { exitCode: 69, outcome: "failed", run: null });
  t.equal(statSync(settings).ino, ino);
  t.equal(readFileSync(settings, "utf8"), theirs);
  t.equal(statSync(settings).mode & 0o7777, 0o600);
});
