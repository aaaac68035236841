import t from "tap";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { parse, stringify } from "yaml";
import { page, snippetsOf } from "../docs/pages.js";
import { ansible, filesBelow, installCollection } from "../support/ansible.js";
import { installProgram, installUnits } from "../support/packaged-host.js";
import { provisioning } from "../support/provisioning.js";
import { ensureSystemd } from "../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

const { profile: demo, cluster, folder: home, archive } = await provisioning();
t.teardown(() => cluster.stop());
const folder = `${home}/ansible`;
installCollection(folder);
mkdirSync(`${folder}/files`);
copyFileSync(archive.path, `${folder}/files/${basename(archive.path)}`);

const pins = { ca_signer: readFileSync(`${home}/ca_signer.pin`, "utf8").trim() };
const { users, module, ...rest } = parse(readFileSync(demo, "utf8")) as {
  users: { ca_signer: object };
  module: object;
};
const profile = {
  ...rest,
  users: { ca_signer: { ...users.ca_signer, pin: { file: "pins/ca_signer" } } },
  module: { ...module, archive: basename(archive.path) },
};

/** An archive of the shape of `npm run package`'s, around the program that was built here. */
function programArchive(): { readonly name: string; readonly sha256: string } {
  const name = "knetctl-0.0.1-linux-x64";
  const root = `${folder}/${name}`;
  for (const inside of ["bin", "lib/knetctl/compile", "lib/systemd/system"])
    mkdirSync(`${root}/${inside}`, { recursive: true });
  installProgram(`${root}/bin/knetctl`);
  const compile = `${root}/lib/knetctl/compile/run`;
  writeFileSync(
    compile,
    '#!/bin/sh\nmkdir "${0%/*}/../dist" && >"${0%/*}/../dist/program.cjs.apply.cache"\n',
  );
  chmodSync(compile, 0o755);
  installUnits(`${root}/lib/systemd/system`, "knetctl-verify.service", "knetctl-verify.timer");
  const file = `${folder}/files/${name}.tar.xz`;
  execFileSync("tar", ["-cJf", file, "-C", folder, name]);
  return { name, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}

const program = programArchive();
const mark = "/etc/knetctl/.left-by-ansible";
const variables = {
  ansible_connection: "local",
  ansible_become: false,
  knetctl_source: `files/${program.name}.tar.xz`,
  knetctl_checksum: `sha256:${program.sha256}`,
  knetctl_archive: `files/${basename(archive.path)}`,
  knetctl_pins: pins,
  knetctl_profile: profile,
  knetctl_verify_options: "--no-smoke-test",
};
const play = snippetsOf(page("docs/ansible.md")).find(({ text }) =>
  text.includes("role: knetctl.knet.knetctl"),
);
writeFileSync(`${folder}/site.yml`, play?.text ?? "");
mkdirSync(`${folder}/group_vars`);
writeFileSync(`${folder}/group_vars/signers.yml`, stringify(variables), { mode: 0o600 });
writeFileSync(`${folder}/hosts`, "[signers]\nhost\n");

/** Runs the play of docs/ansible.md, which sets a group up. */
const setUp = (...args: readonly string[]) =>
  ansible("ansible-playbook", ["-i", "hosts", "site.yml", ...args], {
    folder,
    env: { ANSIBLE_PIPELINING: "1", ANSIBLE_GATHERING: "explicit" },
  });

/** How often the recap says so of the host: `changed`, `failed`. */
function recap(said: string, word: string): number {
  const [, count] = new RegExp(`^host +: .*\\b${word}=(\\d+)`, "m").exec(said) ?? [];
  return Number(count);
}

t.test("in check mode a fresh host stays as it is, and it is said that more cannot be told", async (t) => {
  const { exitCode, stdout } = await setUp("--check", "--diff");
  t.equal(exitCode, 0, stdout);
  t.match(stdout, /nothing of knetctl is on this host yet/);
  for (const made of ["/etc/knetctl", "/var/cache/knetctl", "/var/lib/knetctl", `/opt/${program.name}`])
    t.notOk(existsSync(made), made);
});

t.test("a first apply that fails leaves no profile, and no timer that would verify it", async (t) => {
  const dead = { hsm_1: { endpoints: [{ ip: "127.0.0.1", port: 9 }] } };
  const other = JSON.stringify({ knetctl_profile: { ...profile, connections: dead } });
  const { exitCode, stdout } = await setUp("-e", other);
  t.strictSame([exitCode, recap(stdout, "failed")], [2, 1], stdout);
  t.match(stdout, /the connection is refused/);
  t.notOk(existsSync("/etc/knetctl/profile.yaml"));
  t.notOk(existsSync(mark));
  t.throws(() => execFileSync("systemctl", ["is-enabled", "--quiet", "knetctl-verify.timer"]));
});

t.test(
  "the role sets a host up: program, PINs, archive, profile, client, timer; no PIN is shown",
  async (t) => {
    const { exitCode, stdout, stderr } = await setUp("-vvv", "--diff");
    t.equal(exitCode, 0, `${stdout}${stderr}`);
    t.match(stdout, /"outcome": "applied"/);
    const text = filesBelow("/etc/knetctl/pins");
    t.strictSame(Object.fromEntries(text), pins);
    t.equal(statSync("/etc/knetctl/pins").mode & 0o7777, 0o700);
    t.equal(statSync("/etc/knetctl/pins/ca_signer").mode & 0o7777, 0o600);
    t.strictSame(parse(readFileSync("/etc/knetctl/profile.yaml", "utf8")), profile);
    t.strictSame(
      Object.values(pins).filter((pin) => stdout.includes(pin) || stderr.includes(pin)),
      [],
    );
    execFileSync("systemctl", ["is-active", "--quiet", "knetctl-verify.timer"]);
    execFileSync("systemctl", ["is-enabled", "--quiet", "knetctl-verify.timer"]);
  },
);

/** What a play did: a whole one has more tasks than the two that are always there. */
async function again(...args: readonly string[]) {
  const { exitCode, stdout } = await setUp(...args);
  const whole = recap(stdout, "ok") > 2;
  return { did: { exitCode, changed: recap(stdout, "changed"), whole }, stdout };
}

t.test("a second play changes nothing, and is one question to the host, in check mode too", async (t) => {
  for (const args of [[], ["--check", "--diff"]]) {
    const { did, stdout } = await again("-vvv", ...args);
    t.strictSame(did, { exitCode: 0, changed: 0, whole: false }, stdout);
    t.equal(stdout.match(/^<host> EXEC /gm)?.length, 1, stdout);
    const digests = Object.values(pins).map((pin) => createHash("sha256").update(pin).digest("hex"));
    t.strictSame(
      [...Object.values(pins), ...digests].filter((secret) => stdout.includes(secret)),
      [],
    );
  }
});

t.test("a host that is to be proven all the same is proven, and nothing changes", async (t) => {
  const { did, stdout } = await again("-v", "-e", "knetctl_prove_unchanged=true");
  t.strictSame(did, { exitCode: 0, changed: 0, whole: true }, stdout);
  t.match(stdout, /"proven": "signed-session-key"/);
});

/** Plays with one more PIN, which nobody uses. */
function withPin(other: string): Promise<Awaited<ReturnType<typeof again>>> {
  const file = `${folder}/more.json`;
  writeFileSync(file, JSON.stringify({ knetctl_pins: { ...pins, other } }), { mode: 0o600 });
  return again("-e", `@${file}`);
}

t.test("a PIN that is added, or another one, is put there", async (t) => {
  const whole = { exitCode: 0, changed: 1, whole: true };
  for (const [pin, expected] of [
    ["first", whole],
    ["first", { exitCode: 0, changed: 0, whole: false }],
    ["other", whole],
  ] as const) {
    const { did, stdout } = await withPin(pin);
    t.strictSame(did, expected, stdout);
    t.equal(readFileSync("/etc/knetctl/pins/other", "utf8"), pin);
  }
});

const config = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
const dropIn = "/etc/systemd/system/knetctl-verify.service.d/ansible.conf";

t.test("what somebody has changed on the host is put right, once", async (t) => {
  const [wanted, settings] = [config, dropIn].map((file) => readFileSync(file, "utf8"));
  const drifts: Readonly<Record<string, () => unknown>> = {
    configuration: () => {
      writeFileSync(config, readFileSync(config, "utf8").replace(/"quiet"/, '"info"'));
    },
    PIN: () => {
      appendFileSync("/etc/knetctl/pins/ca_signer", "0");
    },
    archive: () => {
      rmSync(`/etc/knetctl/${basename(archive.path)}`);
    },
    "drop-in": () => {
      rmSync(dropIn);
    },
    timer: () => execFileSync("systemctl", ["stop", "knetctl-verify.timer"]),
  };
  for (const [name, drift] of Object.entries(drifts)) {
    drift();
    const { did, stdout } = await again();
    t.strictSame(did, { exitCode: 0, changed: 1, whole: true }, `${name}: ${stdout}`);
  }
  t.strictSame(
    [config, dropIn].map((file) => readFileSync(file, "utf8")),
    [wanted, settings],
  );
  t.strictSame(readFileSync("/etc/knetctl/pins/ca_signer", "utf8"), pins.ca_signer);
  execFileSync("systemctl", ["is-active", "--quiet", "knetctl-verify.timer"]);
  const { did, stdout } = await again();
  t.strictSame(did, { exitCode: 0, changed: 0, whole: false }, stdout);
});

t.test("a later apply that fails leaves the profile that the host works with", async (t) => {
  const before = readFileSync("/etc/knetctl/profile.yaml", "utf8");
  const dead = { hsm_1: { endpoints: [{ ip: "127.0.0.1", port: 9 }] } };
  const other = JSON.stringify({ knetctl_profile: { ...profile, connections: dead } });
  t.equal((await setUp("-e", other)).exitCode, 2);
  t.equal(readFileSync("/etc/knetctl/profile.yaml", "utf8"), before);
});

t.test("check mode plans the profile that is meant, not the one on the host", async (t) => {
  const other = JSON.stringify({ knetctl_profile: { ...profile, log_verbosity: "info" } });
  const { exitCode, stdout } = await setUp("--check", "--diff", "-e", other);
  t.strictSame([exitCode, recap(stdout, "failed")], [0, 0], stdout);
  t.match(stdout, new RegExp(`^\\+\\+\\+ ${config}\n(?:.*\n)*?\\+.*"log_verbosity": "info"$`, "m"));
  t.notMatch(readFileSync("/etc/knetctl/profile.yaml", "utf8"), /info/);
});
