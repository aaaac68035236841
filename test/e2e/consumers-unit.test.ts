import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import t from "tap";
import { run, withLongKeys } from "../support/consumer-scene.js";
import { leftProofUnits } from "../support/proof-units.js";
import { ensureSystemd } from "../support/real-systemd.js";
import { applicationHost, applicationUnit, dropIn } from "../support/service-application.js";

await ensureSystemd(import.meta.filename);

// what the simulated VHSM keeps, where a unit with a /tmp of its own sees it
const tokens = "/var/lib/simulated-tokens";
mkdirSync(tokens);
process.env["TMPDIR"] = tokens;
const { cluster, file, profile } = await applicationHost("/root/consumers", 1);
t.teardown(() => cluster.stop());
let logins = 0;
const logIn = cluster.directory.logIn.bind(cluster.directory);
cluster.directory.logIn = (name, password) => {
  logins += 1;
  return logIn(name, password);
};

const unit = "/etc/systemd/system/app.service";
const walls = [
  "ProtectSystem=strict",
  `ReadWritePaths=${tokens}`,
  "PrivateTmp=yes",
  "NoNewPrivileges=yes",
  "MemoryDenyWriteExecute=yes",
  "NoExecPaths=/usr/bin",
  "ExecPaths=/usr/bin/pkcs11-tool",
];
writeFileSync(unit, applicationUnit("amplia"));
execFileSync("useradd", ["--system", "--home-dir", "/var/amplia", "--create-home", "amplia"]);
const service = "user: amplia, group: amplia, home: /var/amplia";

function written(ofUnit = ", unit: app.service"): string {
  profile(`${service}${ofUnit}`);
  const knet = "knet: { type: p11-kit, module: /usr/local/lib/libkNETPKCS11.so }";
  const consumers = `{ ${knet}, tls: { type: openssl-engine, key: rsa } }`;
  writeFileSync(file, `consumers: ${consumers}\n`, { flag: "a" });
  return file;
}

/** `code` of what is wrong with consumers, and whether each was proven. */
function told({ document, consumers }: Awaited<ReturnType<typeof run>>) {
  const codes = document.problems.flatMap(({ code }) => (code.startsWith("consumer-") ? [code] : []));
  return { codes, consumers: consumers.map(({ status, detail }) => `${status} ${detail}`) };
}

t.before(async () => {
  // before there is a key, since the application's start needs the configuration
  await run("apply", profile(service));
  const pin = cluster.users[0]!.pin.reveal();
  const line = ["--user", "amplia", "--", "env", "HOME=/var/amplia", "pkcs11-tool", "--module"];
  const token = ["libkNETPKCS11.so", "--token-label", "ca_signer", "--login", "--pin", pin];
  const key = ["--keypairgen", "--key-type", "rsa:2048", "--label", "rsa", "--id", "01"];
  await withLongKeys(cluster, () => promisify(execFile)("runuser", [...line, ...token, ...key]));
});

t.test("apply in a stage as the account; verify and prove in processes of the unit", async (t) => {
  dropIn(unit, ...walls);
  const { exitCode, consumers, errors } = await run("apply", written());
  t.same(errors, []);
  t.match(
    [exitCode, consumers],
    [0, [{ status: "pass" }, { status: "pass", detail: /without the token$|^openssl signed/ }]],
  );
  t.notMatch(consumers, [{ detail: /app\.service/ }]);
  t.match(await run("verify", file), {
    exitCode: 0,
    consumers: [
      { detail: 'p11-kit and GnuTLS find token "ca_signer", in a process like those of app.service' },
      {
        status: "pass",
        detail: /^openssl signed with key "rsa", and verified.*, in a process like those of app\.service$/,
      },
    ],
  });
  for (const args of [["tls", file], ["tls"]]) {
    logins = 0;
    t.match(await run("prove", ...args), {
      exitCode: 0,
      consumers: [{ detail: /, in a process like those of app\.service$/ }],
    });
    t.equal(logins, 3, "knetctl's own, and openssl's two");
  }
});

t.test("what the unit keeps from the client is told, with what the unit has", async (t) => {
  dropIn(unit, ...walls, "InaccessiblePaths=/etc/knet-pins");
  logins = 0;
  const { exitCode, errors } = await run("prove", "tls");
  t.match(
    [exitCode, errors],
    [
      1,
      [
        {
          code: "consumer-unit-in-the-way",
          title: 'consumer "tls" (openssl-engine) fails in app.service, although it works as its user',
          detail: new RegExp(
            "^as amplia it worked; in .* it failed to read the public key\\nopenssl [^]*/etc/knet-pins",
          ),
          hint: /systemctl edit app\.service/,
        },
      ],
    ],
  );
  t.equal(logins, 3, "knetctl's own, and those of openssl as the account");
  t.same(told(await run("verify", file)).codes, ["consumer-unit-in-the-way"]);
});

t.test("a client whose key is missing fails with and without the unit: the unit is not blamed", async (t) => {
  dropIn(unit, ...walls);
  const none = written();
  writeFileSync(none, readFileSync(none, "utf8").replace("key: rsa", "key: gone"));
  const { errors } = await run("prove", "tls", none);
  t.match(errors, [
    { code: "consumer-not-proven", detail: /it ran in a process like those of app\.service$/ },
  ]);
});

t.test("nothing is left: no folder, no unit", async (t) => {
  const left = [...readdirSync("/run"), ...readdirSync("/tmp")].filter((name) => /^knetctl-/.test(name));
  t.same(left, []);
  t.equal(await leftProofUnits(), "");
});
