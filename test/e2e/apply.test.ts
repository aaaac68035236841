import t from "tap";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  readFileSync,
  statSync,
  writeFileSync,
  existsSync,
  rmSync,
  appendFileSync,
} from "node:fs";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl, knetctlJson } from "../support/knetctl.js";
import { archiveOf, configFile, loaderEntry, provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster, folder, archive } = await provisioning();
t.teardown(() => cluster.stop());

function mode(file: string): string {
  const { mode: bits, uid } = statSync(file);
  return `${(bits & 0o7777).toString(8)} ${uid}`;
}

t.test("plan on a fresh host: every change, nothing done, exit 2", async (t) => {
  const { exitCode, document } = await knetctlJson(["plan", profile]);
  t.equal(exitCode, 2);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.same(
    document.changes.map(({ kind, path }) => [kind, path]),
    [
      ["create-account", "/etc/passwd"],
      ["create-folder", "/var/amplia"],
      ["create-folder", "/opt/kryptus"],
      ["create-folder", "/opt/kryptus/knet"],
      ["install-file", "/opt/kryptus/knet/README"],
      ["install-file", "/opt/kryptus/knet/version"],
      ["create-folder", "/usr/local/lib/kryptus"],
      ["create-folder", "/usr/local/lib/kryptus/libknetpkcs11_64"],
      ["install-file", library],
      ["register-library", loaderEntry],
      ["write-file", "/var/lib/knetctl/module.json"],
      ["create-folder", "/var/amplia/.config"],
      ["create-folder", "/var/amplia/.config/kryptus"],
      ["create-folder", "/var/amplia/.config/kryptus/knet"],
      ["create-folder", "/var/amplia/.config/kryptus/knet/pkcs11"],
      ["write-file", configFile],
    ],
  );
  t.notOk(existsSync("/var/lib/knetctl"), "a plan leaves no trace");
  t.notOk(existsSync("/var/amplia"));
});

t.test(
  "a profile that others can write, or another account's, is refused and nothing is done; on " +
    "standard input it is trusted",
  async (t) => {
    const copy = `${folder}/others.yaml`;
    const text = readFileSync(profile, "utf8").replace(/^ +sha256: .*\n/m, "");
    const refused = async (env?: Record<string, string>) => {
      const { exitCode, document } = await knetctlJson(["apply", copy], { ...(env && { env }) });
      t.notOk(existsSync("/var/lib/knetctl"));
      return [
        exitCode,
        document.problems.filter(({ severity }) => severity === "error").map(({ code }) => code),
      ];
    };
    writeFileSync(copy, text);
    chmodSync(copy, 0o666);
    t.same(await refused(), [1, ["profile-untrusted"]]);
    t.match((await knetctlJson(["plan", copy])).document.problems, [
      { code: "profile-untrusted", severity: "warning" },
    ]);
    chmodSync(copy, 0o644);
    chownSync(copy, 12345, 12345);
    t.same(await refused({ SUDO_UID: "54321" }), [1, ["profile-untrusted"]]);
    chmodSync(archive.path, 0o666);
    t.teardown(() => {
      chmodSync(archive.path, 0o644);
    });
    t.same(await refused({ SUDO_UID: "12345" }), [1, ["archive-untrusted"]], "the profile is the caller's");
    const { exitCode, stdout } = await knetctl(["apply", "-", "--json"], { input: text, cwd: folder });
    t.match({ exitCode, stdout }, { exitCode: 1, stdout: /"archive-untrusted"/ });
    t.notMatch(stdout, "profile-untrusted");
    t.notOk(existsSync("/var/amplia"));
  },
);

t.test("apply does the whole job and proves it as the service user", async (t) => {
  const { exitCode, document, stderr } = await knetctlJson(["apply", profile]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.equal(document.outcome, "applied");
  t.same(
    document.smoke.tokens.map(({ label }) => label),
    ["ca_signer", "tsa_signer"],
  );
  const bad = document.smoke.tokens.flatMap(({ checks }) =>
    checks.filter(({ status }) => status === "fail" || status === "warn"),
  );
  t.same(bad, []);
  t.ok(
    document.smoke.tokens.every(({ checks }) =>
      checks.some(({ id, status }) => id === "sign-ec" && status === "pass"),
    ),
  );
  for (const line of stderr.trimEnd().split("\n"))
    t.doesNotThrow(() => JSON.parse(line) as unknown, "progress is JSON lines");
});

t.test("config.json is exactly what the document shows", async (t) => {
  const [a, b] = cluster.endpoints.map(({ https }) => https);
  t.equal(
    readFileSync(configFile, "utf8"),
    `{
  "connections": {
    "hsm_1": {
      "ip": ["${a!.ip}", "${b!.ip}"],
      "port": ["${a!.port}", "${b!.port}"]
    }
  },
  "users": {
    "ca_signer": {
      "authentication_type": "password",
      "connection": "hsm_1"
    },
    "tsa_signer": {
      "authentication_type": "password",
      "connection": "hsm_1"
    }
  },
  "log_verbosity": "quiet"
}
`,
  );
});

t.test("ownership and modes are as documented", async (t) => {
  t.equal(mode(configFile), "640 0");
  for (const at of ["", "/kryptus", "/kryptus/knet", "/kryptus/knet/pkcs11"])
    t.equal(mode(`/var/amplia/.config${at}`), "750 0");
  const gid = Number(execFileSync("id", ["-g", "amplia"]).toString());
  t.equal(statSync(configFile).gid, gid);
  t.equal(statSync("/var/amplia").uid, Number(execFileSync("id", ["-u", "amplia"]).toString()));
});

t.test("a second apply changes nothing and says so", async (t) => {
  const before = statSync(configFile).ino;
  const { exitCode, document } = await knetctlJson(["apply", profile]);
  t.match({ exitCode, ...document }, { exitCode: 0, outcome: "unchanged", run: null, changes: [] });
  t.equal(statSync(configFile).ino, before);
  const { stdout } = await knetctl(["apply", "--no-smoke-test", profile]);
  t.match(stdout, /nothing to change/);
});

t.test("plan exits 0 and verify 0 when all is as wanted", async (t) => {
  t.equal((await knetctl(["plan", profile])).exitCode, 0);
  const verified = await knetctlJson(["verify", profile]);
  t.equal(verified.exitCode, 0, JSON.stringify(verified.document));
  t.ok(reportSchema(verified.document), JSON.stringify(reportSchema.errors));
});

const library = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";
const drifts: Record<string, { readonly make: () => void; readonly kinds: readonly string[] }> = {
  "a mode": {
    make: () => {
      chmodSync(configFile, 0o644);
    },
    kinds: ["set-mode"],
  },
  "an owner": {
    make: () => {
      chownSync(configFile, 12345, 12345);
      chownSync(configFile, Number(execFileSync("id", ["-u", "amplia"]).toString()), 0);
    },
    kinds: ["set-owner"],
  },
  "an edited file": {
    make: () => {
      writeFileSync(configFile, readFileSync(configFile, "utf8").replace('"quiet"', '"full"'));
    },
    kinds: ["write-file"],
  },
  "a replaced library": {
    make: () => {
      appendFileSync(library, "x");
    },
    kinds: ["run-installer", "register-library"],
  },
  "a missing loader entry": {
    make: () => {
      rmSync(loaderEntry);
      execFileSync("ldconfig");
    },
    kinds: ["register-library"],
  },
};

for (const [what, { make, kinds }] of Object.entries(drifts)) {
  t.test(`verify reports drift: ${what}; apply mends it`, async (t) => {
    make();
    const drifted = await knetctlJson(["verify", "--no-smoke-test", profile]);
    t.equal(drifted.exitCode, 2, JSON.stringify(drifted.document));
    t.same(
      drifted.document.changes.map(({ kind }) => kind),
      kinds,
    );
    t.equal((await knetctlJson(["apply", "--no-smoke-test", profile])).document.outcome, "applied");
    t.equal((await knetctl(["verify", "--no-smoke-test", profile])).exitCode, 0);
  });
}

t.test("another version: the plan shows what differs, and apply installs it", async (t) => {
  const newer = await archiveOf(folder, { version: "1.8.0" });
  const other = `${folder}/newer.yaml`;
  writeFileSync(
    other,
    readFileSync(profile, "utf8")
      .replace(/kNET-PKCS11-Linux-1\.7\.0\.tar/, "kNET-PKCS11-Linux-1.8.0.tar")
      .replace(/sha256: .*/, `sha256: ${newer.sha256}`),
  );
  const { document } = await knetctlJson(["plan", other]);
  t.same(
    document.changes.map(({ kind, path }) => [kind, path]),
    [
      ["install-file", "/opt/kryptus/knet/version"],
      ["install-file", library],
      ["write-file", "/var/lib/knetctl/module.json"],
    ],
  );
  t.equal((await knetctl(["apply", "--no-smoke-test", other])).exitCode, 0);
  t.equal((await knetctl(["plan", other])).exitCode, 0);
});

t.test("without root plan says what it could not see, and does not fail", async (t) => {
  const copy = "/tmp/readable.yaml";
  writeFileSync(copy, readFileSync(profile, "utf8"), { mode: 0o644 });
  const { exitCode, stdout, stderr } = await knetctl(["plan", copy], {
    uid: 65534,
    program: copyProgram("/srv/knetctl"),
  });
  t.equal(exitCode, 0, stderr);
  t.match(stdout, /nothing to change in what could be seen; run it as root to see everything/);
});
