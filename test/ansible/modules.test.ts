import t from "tap";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ansible, filesBelow, installCollection } from "../support/ansible.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctlScript, type Report } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder: home } = await provisioning();
t.teardown(() => cluster.stop());
const folder = `${home}/ansible`;
installCollection(folder);

/** What every process of the machine shows of itself, at each moment in which the program is started. */
const seen = `${folder}/seen`;
mkdirSync(seen);
writeFileSync(
  "/usr/bin/knetctl",
  `#!/bin/sh
cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ >${seen}/$$ 2>/dev/null
exec ${process.execPath} ${knetctlScript} "$@"
`,
);
chmodSync("/usr/bin/knetctl", 0o755);

const pinFile = `${home}/ca_signer.pin`;
const pins = {
  right: readFileSync(pinFile, "utf8").trim(),
  wrong: `wrong-${randomBytes(8).toString("hex")}`,
  literal: `literal-${randomBytes(8).toString("hex")}`,
};
// the secrets are in a file that Ansible reads, as they would be in a vault
const variables = {
  profile,
  pin_file: pinFile,
  wrong_pin: pins.wrong,
  literal_pin: pins.literal,
  endpoints: cluster.endpoints.map(({ https: { ip, port } }) => `${ip}:${port}`),
  vectors: { endpoints: cluster.endpoints.map(({ https: { ip, port } }) => ({ ip, port })) },
  results: `${folder}/results.json`,
};
writeFileSync(`${folder}/variables.json`, JSON.stringify(variables), { mode: 0o600 });

const run = await ansible(
  "ansible-playbook",
  [
    "-vvv",
    "-i",
    "localhost,",
    "-e",
    "@variables.json",
    join(import.meta.dirname, "../fixtures/ansible/modules.yml"),
  ],
  {
    folder,
    env: {
      ANSIBLE_PIPELINING: "1",
      ANSIBLE_CACHE_PLUGIN: "jsonfile",
      ANSIBLE_CACHE_PLUGIN_CONNECTION: `${folder}/facts`,
      ANSIBLE_LOG_PATH: `${folder}/log`,
    },
  },
);

interface Result extends Partial<Report> {
  readonly changed: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  readonly exit_code?: number;
  readonly diff?: readonly { readonly prepared: string }[];
  readonly [key: string]: unknown;
}

if (!existsSync(variables.results)) throw new Error(`the play did not end:\n${run.stdout}\n${run.stderr}`);
const kept = JSON.parse(readFileSync(variables.results, "utf8")) as [Result, string][];
const results = new Map(kept.map(([found, name]) => [name, found]));
const result = (name: string): Result => {
  const found = results.get(name);
  if (found === undefined) throw new Error(`the play has no task ${name}`);
  return found;
};
const diffOf = (name: string): string => (result(name).diff ?? []).map(({ prepared }) => prepared).join("");

t.test("the play ends well, and every task does what it says", (t) => {
  t.equal(run.exitCode, 0, `${run.stdout}\n${run.stderr}`);
  t.end();
});

t.test("info tells what a fresh host lacks and does not fail", (t) => {
  t.match(result("fresh"), {
    changed: false,
    installed: true,
    executable: "/usr/bin/knetctl",
    connections: null,
  });
  t.match(result("fresh").problems, [{ code: "account-missing" }]);
  t.end();
});

t.test("check mode is the plan: changed, the diff, exit code 2, and nothing was run", (t) => {
  t.match(result("planned"), { changed: true, exit_code: 2 });
  t.notOk("outcome" in result("planned"));
  t.match(
    diffOf("planned"),
    /^\+user amplia, home \/var\/amplia\n\+group amplia\n\+\/var\/amplia\/ amplia:amplia 0750$/m,
  );
  t.match(diffOf("planned"), /^\+\+\+ \/var\/amplia\/\.config\/kryptus\/knet\/pkcs11\/config\.json\n\+\{$/m);
  t.strictSame(result("planned").changes, result("first").changes, "apply then did what was planned");
  t.equal(diffOf("planned"), diffOf("first"));
  t.end();
});

t.test("changed is the outcome", (t) => {
  t.match(result("first"), {
    changed: true,
    exit_code: 0,
    outcome: "applied",
    smoke: { tokens: [{ label: "ca_signer" }] },
  });
  t.match(result("second"), { changed: false, exit_code: 0, outcome: "unchanged", run: null, changes: [] });
  t.end();
});

t.test("info tells of the client, its history and its members", (t) => {
  t.match(result("told"), {
    changed: false,
    version: "0.1.0",
    connections: [{ name: "hsm_1", endpoints: variables.vectors.endpoints }],
    history: [{ outcome: "applied", profile }],
    probe: [{ ok: true, certificate: { fingerprint: /^[0-9a-f]{64}$/ } }, { ok: true }],
    problems: [],
  });
  t.end();
});

t.test("a profile and PINs given to the module: the program gets them, and proves them", (t) => {
  t.match(result("content"), { changed: true, outcome: "applied" });
  t.match(result("content").smoke, { tokens: [{ label: "ca_signer", proven: "signed-session-key" }] });
  t.end();
});

t.test("a PIN in the profile is refused, and its place is named", (t) => {
  t.match(result("literal"), { failed: true, exit_code: 65 });
  t.match(
    result("literal").msg,
    /^there is a PIN in the profile \(content\.users\.ca_signer\.pin\); .*hint: /,
  );
  t.match(result("stranger").msg, "pins names nobody, who is not a user of content");
  t.end();
});

t.test("an option that is none is refused", (t) => {
  t.match(result("unknown"), { failed: true, msg: /Unsupported parameters .*nonsense/ });
  t.end();
});

t.test("ha adds and takes out what is not as wanted, once", (t) => {
  t.match(result("there"), { changed: false, outcome: "unchanged", before: variables.endpoints });
  t.match(result("taken"), { changed: true, outcome: "applied", before: variables.endpoints });
  t.match(diffOf("taken"), new RegExp(`^--- ${profile}\n\\+\\+\\+ ${profile}\n`, "m"));
  t.match(result("gone"), { changed: false, before: variables.endpoints.slice(0, 1) });
  t.match(result("foretold"), { changed: true, exit_code: 2 });
  t.notOk("run" in result("foretold"));
  t.end();
});

t.test("a member that is down fails a probe, and says where and what to do", (t) => {
  t.match(result("dead"), { failed: true, changed: false, exit_code: 69 });
  t.match(result("dead").msg, /^the connection is refused \(127\.0\.0\.1:1\); hint: nothing listens/);
  t.end();
});

t.test("without the program a change is foretold as one, and nothing is said to have been probed", (t) => {
  t.match(result("absent"), { changed: true, warnings: [/^knetctl is not installed on this host/] });
  t.match(result("unprobed"), { failed: true, msg: /^\/usr\/bin\/knetctl-none is not an executable/ });
  t.end();
});

t.test("a wrong PIN fails with the smoke test and its hint; verify fails only as asked", (t) => {
  t.match(result("refused"), { failed: true, changed: false, exit_code: 1, verdict: "failed" });
  t.match(result("refused").msg, /CKR_PIN_INCORRECT.*hint: the PIN is the password of the VHSM user/);
  t.match(result("refused").smoke, { tokens: [{ checks: [] }] });
  t.ok(result("refused").smoke?.tokens[0]?.checks.some(({ ckr }) => ckr === "CKR_PIN_INCORRECT"));
  t.match(
    result("looked"),
    { changed: false, verdict: "drift" },
    "the profile has two users, config.json one",
  );
  t.end();
});

t.test("no PIN is in what -vvv shows, in the log, in a result, the fact cache, or in any process", (t) => {
  const places = new Map([
    ["standard output", run.stdout],
    ["standard error", run.stderr],
    ...filesBelow(folder),
  ]);
  const given = places.get("variables.json") ?? "";
  t.ok(given.includes(pins.wrong) && given.includes(pins.literal), "they are found where they are");
  places.delete("variables.json");
  t.ok([...places.keys()].filter((name) => name.startsWith("seen/")).length > 15, "each start was seen");
  t.match(places.get("log"), /TASK \[literal\]/);
  for (const [what, pin] of Object.entries(pins))
    t.strictSame(
      [...places].filter(([, text]) => text.includes(pin)).map(([name]) => name),
      [],
      `the ${what} PIN`,
    );
  t.end();
});
