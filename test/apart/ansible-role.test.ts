import t from "tap";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
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

t.test("a second play changes nothing", async (t) => {
  const { exitCode, stdout } = await setUp();
  t.strictSame([exitCode, recap(stdout, "changed"), recap(stdout, "failed")], [0, 0, 0], stdout);
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
  const config = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
  t.match(stdout, new RegExp(`^\\+\\+\\+ ${config}\n(?:.*\n)*?\\+.*"log_verbosity": "info"$`, "m"));
  t.notMatch(readFileSync("/etc/knetctl/profile.yaml", "utf8"), /info/);
});
