import { execFile } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import t from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctlJson } from "../support/knetctl.js";
import { type MadeByPage, pageCode, textOf } from "../support/page.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder } = await provisioning({ vhsms: 2 });
t.teardown(() => cluster.stop());
const page = await pageCode();
const base = readFileSync(profile, "utf8");
const pins = ["ca_signer", "tsa_signer"].map(
  (user) => [user, readFileSync(`${folder}/${user}.pin`, "utf8").trimEnd()] as const,
);
const amplia = 'amplia: { version: "4.9.0" }\n';
const service = (user: string) =>
  base.replace(
    /^service:.*$/m,
    `service: { user: ${user}, group: ${user}s, home: /srv/${user}, create: true }`,
  );

/** What the page's script does for a profile on this host, and what knetctl then still wants. */
async function byHand(name: string, text: string) {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(file, text);
  const made = JSON.parse(await page.made(text, JSON.stringify(pins))) as MadeByPage;
  const script = `${folder}/${name}.sh`;
  writeFileSync(script, textOf(made, "script") ?? "exit 9");
  const { stderr } = await promisify(execFile)("sh", [script]);
  const { document } = await knetctlJson(["plan", file]);
  const errors = document.problems.filter(({ severity }) => severity === "error");
  const left = document.changes.map(({ kind, path }) => `${kind} ${path}`);
  return { file, stderr, errors, left };
}

const rights = (path: string) => `${(statSync(path).mode & 0o7777).toString(8)} ${statSync(path).uid}`;
const record = "write-file /var/lib/knetctl/module.json";

t.test("an HA vector and settings in ini, on a fresh host: the record is left, and the proof", async (t) => {
  const text = `${base}${amplia}key_stores:
  CaHsm: { type: Pkcs11, user: ca_signer }
  TsaHsm: { type: Kryptus, user: tsa_signer }
default_key_store: CaHsm
`;
  const { file, stderr, errors, left } = await byHand("ini", text);
  t.strictSame([stderr, errors, left], ["", [], [record]]);
  t.equal(rights("/etc/amplia"), "750 0");
  const applied = await knetctlJson(["apply", file]);
  t.equal(applied.exitCode, 0, JSON.stringify(applied.document.problems));
  t.match(applied.document.smoke.verdict, /"ca_signer": signed with .*"tsa_signer": signed with /);
  const again = await knetctlJson(["plan", file]);
  t.strictSame([again.exitCode, again.document.changes], [0, []]);
});

for (const [form, target] of [
  ["json", "/etc/web/settings/appsettings.json"],
  ["env", "/etc/worker/app.env"],
] as const)
  t.test(
    `another service, its settings as ${form}, below folders that are not there: nothing is left`,
    async (t) => {
      const text = `${service(form)}${amplia}key_stores:
  CaHsm: { type: Pkcs11, user: ca_signer, target: ${target} }
`;
      const { stderr, errors, left } = await byHand(form, text);
      t.strictSame([stderr, errors, left], ["", [], []]);
      t.match(rights("/etc/web"), /^755 0$/);
    },
  );

t.test("other applications' files are left to knetctl, or to whoever takes them from the page", async (t) => {
  const text = `${service("rpki")}consumers:
  knet: { type: p11-kit, user: ca_signer }
  signer: { type: krill, user: ca_signer }
`;
  const { errors, left } = await byHand("consumers", text);
  t.strictSame(errors, []);
  t.strictSame(
    left.filter((line) => !line.startsWith("create-folder")),
    [
      "write-file /etc/pkcs11/modules/knet.module",
      "write-settings /etc/krill.conf",
      "write-file /var/lib/knetctl/consumers.json",
    ],
  );
});

t.test("run once more it replaces nothing, and says so", async (t) => {
  const before = readFileSync("/etc/amplia/appsettings.conf", "utf8");
  const { stderr } = await promisify(execFile)("sh", [`${folder}/ini.sh`]);
  t.match(stderr, "/etc/amplia/appsettings.conf is there already");
  t.equal(readFileSync("/etc/amplia/appsettings.conf", "utf8"), before);
});
