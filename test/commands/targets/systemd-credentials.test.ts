import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemdCredentials } from "../../../src/commands/targets/systemd-credentials.js";
import { hostileNames, hostileProfile, pinFileOf } from "../../support/hostile-names.js";

const record = '#!/bin/sh\nprintf "%s\\n" "${0##*/}" "$@" >>"$LOG"\n';

/** What the script calls, with its words, where the programs only note them; and the drop-ins it writes. */
async function ran(t: Test, names: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  const folder = t.testdir({
    bin: { "systemd-creds": record, systemctl: record, "systemd-ask-password": record },
    log: "",
    system: {},
  });
  const text = (await systemdCredentials(await hostileProfile(names, more))) ?? "";
  const moved = text
    .replaceAll("/etc/systemd/system", join(folder, "system"))
    .replaceAll("store=/etc", `store=${folder}`);
  const bin = join(folder, "bin");
  execFileSync("chmod", ["-R", "755", bin]);
  const env = { PATH: `${bin}:/usr/bin:/bin`, LOG: join(folder, "log") };
  execFileSync("/bin/sh", ["-c", moved], { env, cwd: folder });
  t.strictSame(
    execFileSync("ls", [folder], { encoding: "utf8" }).trim().split("\n"),
    ["bin", "credstore.encrypted", "log", "system"],
    "nothing else was made",
  );
  const dropIn = (unit: string) =>
    readFileSync(join(folder, `system/${unit}.d/50-knet-credentials.conf`), "utf8");
  return { calls: readFileSync(env.LOG, "utf8").split("\n"), dropIn, folder };
}

t.test("whatever users and files are called, each secret is encrypted under a name of its own", async (t) => {
  const { calls, dropIn, folder } = await ran(t, hostileNames, {
    service: { unit: "app@a\\x2db.service" },
  });
  const encrypted = calls.flatMap((word, at) => (word === "encrypt" ? [calls.slice(at + 1, at + 4)] : []));
  t.strictSame(
    encrypted.map(([, source]) => source),
    hostileNames.map(pinFileOf),
  );
  const names = encrypted.map(([name = ""]) => name.replace("--name=", ""));
  t.equal(new Set(names).size, hostileNames.length);
  t.strictSame(
    names.filter((name) => !/^[A-Za-z0-9][\w-]*$/.test(name)),
    [],
  );
  t.strictSame(
    encrypted.map(([, , target]) => target),
    names.map((name) => `${folder}/credstore.encrypted/${name}`),
  );
  const lines = names.map((name) => `LoadCredentialEncrypted=${name}:/etc/credstore.encrypted/${name}\n`);
  for (const unit of ["app@a\\x2db.service", "knetctl-verify.service", "knetctl-first-boot.service"])
    t.equal(dropIn(unit), `[Service]\n${lines.join("")}`);
});

t.test("what is in no file is asked for, and a credential keeps its name", async (t) => {
  const { calls } = await ran(t, ["a"], {
    key_stores: {
      k: {
        type: "Kryptus",
        host: "10.0.0.1",
        port: 60161,
        root_username: "r",
        root_password: { credential: "ca_root" },
      },
    },
  });
  t.match(calls.join(" "), /systemd-ask-password -n the secret of RootPassword of key store k: /);
  t.match(calls.join(" "), / encrypt --name=ca_root - \S+\/ca_root /);
});

t.test("a profile without secrets has no credentials", async (t) => {
  const profile = { ...(await hostileProfile(["a"])), users: new Map() };
  t.equal(await systemdCredentials(profile), undefined);
});
