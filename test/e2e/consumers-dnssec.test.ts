import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import t from "tap";
import { asAmplia, consumerScene, run } from "../support/consumer-scene.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const { profile, pin, logins } = await consumerScene();

/** Debian 13 has no OpenDNSSEC. */
const hasOds = existsSync("/usr/bin/ods-hsmutil");
const knot = "/etc/knot-test.conf";
const ods = "/etc/ods-test.xml";
const both = profile(
  "both",
  `\n  knet: { type: knot, user: ca_signer, file: ${knot} }` +
    `\n  ods: { type: opendnssec, user: ca_signer, file: ${ods} }`,
);

t.test("Knot and OpenDNSSEC: their files stay, and their own checks pass", async (t) => {
  mkdirSync("/var/lib/knot-test");
  execFileSync("chown", ["amplia", "/var/lib/knot-test"]);
  const zone =
    'database:\n    storage: "/var/lib/knot-test"\n\n' +
    "policy:\n  - id: hsm\n    keystore: knet\n    manual: on\n";
  writeFileSync(knot, `${zone}\nzone:\n  - domain: knetctl.invalid\n    dnssec-policy: hsm\n`);
  cpSync(`${import.meta.dirname}/../golden/consumers/opendnssec/before`, ods);
  for (const file of [knot, ods]) chmodSync(file, 0o644);
  writeFileSync(
    ods,
    readFileSync(ods, "utf8").replace(/\t\t<Repository name="SoftHSM">[^]*?<\/Repository>\n/, ""),
  );
  logins();
  const { exitCode, document, consumers } = await run("apply", both);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(consumers, [
    { type: "knot", status: "warn", detail: /^knotc finds the configuration valid; nothing was signed/ },
    hasOds
      ? { type: "opendnssec", status: "warn", detail: /^ods-hsmutil logged in to token "ca_signer"; nothing/ }
      : { type: "opendnssec", status: "skip", detail: /ods-hsmutil/ },
  ]);
  t.equal(logins(), hasOds ? 3 : 2, "the smoke test of two users, and ods-hsmutil");
  t.equal(execFileSync("stat", ["-c", "%a %G", ods], { encoding: "utf8" }), "640 amplia\n");
  t.notMatch(readFileSync(knot, "utf8"), pin);
});

t.test("keymgr makes a key by the entry, with the PIN from its file", async (t) => {
  const keymgr = (...args: string[]) => asAmplia(["keymgr", "-c", knot, "knetctl.invalid", ...args]);
  const id = (await keymgr("generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")).trim();
  t.match(id, /^[0-9a-f]{40}$/);
  t.match(await keymgr("ds"), /^knetctl\.invalid\. DS \d+ 13 2 /m);
  if (hasOds) t.match(await asAmplia(["ods-hsmutil", "-c", ods, "list", "ods"]), id);
});

t.test("their entries go, and nothing else", async (t) => {
  t.equal((await run("apply", profile("none", " {}"))).exitCode, 0);
  t.match(readFileSync(knot, "utf8"), /^database:\n/);
  t.notMatch(readFileSync(ods, "utf8"), /knetctl|ca_signer/);
});
