// What scripts/bench/ansible.mjs measures: our task beside the vendor's document as a play, on real hosts.
import { writeFileSync } from "node:fs";
import { path } from "../../src/host/path.js";
import { ensureHosts } from "../support/ensure-hosts.js";
import { archiveOf } from "../support/provisioning.js";
import { played, writePlay } from "./controller.js";
import { describeGroup, startFleet, vectorOf } from "./fleet.js";

await ensureHosts(import.meta.filename);

const count = 30;
const rounds = 5;
const clean: (() => unknown)[] = [];
const fleet = await startFleet({ teardown: (work: () => unknown) => clean.push(work) }, count);
const { hosts, endpoints } = fleet;
const archive = await archiveOf(path("/root"));
describeGroup(fleet, endpoints(1, 2), archive);

const top = "kNET-PKCS11-Linux-1.7.0";
const below = "/var/amplia/.config";
const config = `${below}/kryptus/knet/pkcs11`;
const rights = { owner: "root", group: "amplia" };
const account = [
  { "ansible.builtin.group": { name: "amplia", system: true } },
  { "ansible.builtin.user": { name: "amplia", group: "amplia", system: true, home: "/var/amplia" } },
];
/** The document, as one who knows Ansible writes it down. */
const document = [
  { "ansible.builtin.file": { path: "/opt/knet", state: "directory", mode: "0755" } },
  { "ansible.builtin.unarchive": { src: archive.path, dest: "/opt/knet", creates: `/opt/knet/${top}` } },
  {
    "ansible.builtin.command": {
      cmd: "./install.sh",
      chdir: `/opt/knet/${top}`,
      creates: "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so",
    },
  },
  { "ansible.builtin.file": { path: config, state: "directory", mode: "0750", ...rights } },
  {
    "ansible.builtin.template": {
      src: "config.json.j2",
      dest: `${config}/config.json`,
      mode: "0640",
      ...rights,
    },
  },
  {
    "ansible.builtin.file": {
      path: below,
      state: "directory",
      recurse: true,
      mode: "u=rwX,g=rX,o=",
      ...rights,
    },
  },
];
const [ips, ports] = [0, 1].map((at) => JSON.stringify(endpoints(1, 2).map((one) => one.split(":")[at])));
writeFileSync(
  "/root/plays/config.json.j2",
  `{
  "connections": { "hsm_1": { "ip": ${ips}, "port": ${ports} } },
  "users": { "ca_signer": { "authentication_type": "password", "connection": "hsm_1" } },
  "log_verbosity": "quiet"
}
`,
);
const apply = (more: object) => ({ "knetctl.knet.apply": { profile: "/etc/knetctl/profile.yaml", ...more } });
writePlay("account", { hosts: "all", tasks: account });
writePlay("theirs", { hosts: "signer-1", tasks: document });
writePlay("nothing", { hosts: "signer-2", tasks: [] });
writePlay("ours", { hosts: "signer-2", tasks: [apply({})] });
writePlay("ours-compared", { hosts: "signer-2", tasks: [apply({ smoke_test: false })] });
writePlay("role", { hosts: "signer-2", roles: ["knetctl.knet.knetctl"] });
writePlay("all", { hosts: "all:!signer-1", tasks: [apply({})] });
writePlay("all-role", { hosts: "all:!signer-1", roles: ["knetctl.knet.knetctl"] });
writePlay("all-theirs", { hosts: "all:!signer-1", tasks: document });

async function ms(...args: readonly string[]): Promise<number> {
  const result = await played(args);
  if (result.exitCode !== 0) throw new Error(result.said);
  const changed = Object.values(result.recap).filter((recap) => recap.changed > 0).length;
  process.stdout.write(`${args.join(" ")}: ${result.ms} ms, ${changed} hosts changed\n`);
  return result.ms;
}

async function median(...plays: readonly string[]): Promise<readonly number[]> {
  const times = plays.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, play] of plays.entries()) times[at]?.push(await ms(`${play}.yml`));
  return times.map((one) => one.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? 0);
}

await ms("account.yml");
// program, PINs, archive and profile, but nothing applied
writePlay("put", {
  hosts: "all:!signer-1",
  tasks: [
    { "ansible.builtin.include_role": { name: "knetctl.knet.knetctl" }, vars: { knetctl_apply: false } },
  ],
});
await ms("put.yml");
const first = [await ms("theirs.yml"), await ms("ours.yml")];
// it notes what it has done, which the next one compares
await ms("role.yml");
const [theirs = 0, role = 0, ours = 0, compared = 0, nothing = 0] = await median(
  "theirs",
  "role",
  "ours",
  "ours-compared",
  "nothing",
);
// one of them is set up already
const many = [await ms("all.yml"), await ms("all.yml")];
const wanted = endpoints(1, 2).join();
const right = hosts.filter((host) => vectorOf(host).join() === wanted).length;
const again = async (play: string): Promise<number> => {
  await ms(play);
  return ms(play);
};
const manyRole = await again("all-role.yml");
// last, since it gives the files other rights
const manyTheirs = await again("all-theirs.yml");
const ratio = (value: number, to: number): string => (value / to).toFixed(2);
const beside = (what: string, value: number): string =>
  `no-op, ${what}: ${value} ms, ${ratio(value, theirs)} of theirs; ` +
  `beyond a play without a task ${ratio(value - nothing, theirs - nothing)}`;
const lines = [
  `first apply: theirs ${first[0]} ms, ours ${first[1]} ms, ${ratio(first[1] ?? 0, first[0] ?? 1)}`,
  `no-op, medians of ${rounds}: theirs ${theirs} ms`,
  beside("the role, nothing changed since it was proven", role),
  beside("apply alone, which proves the host", ours),
  beside("apply alone, without the smoke test", compared),
  beside("a play without a task", nothing),
  `${count - 1} hosts in one play: first apply ${many[0]} ms, no-op with the proof ${many[1]} ms`,
  `${count - 1} hosts, no-op: theirs ${manyTheirs} ms, the role ${manyRole} ms, ` +
    ratio(manyRole, manyTheirs),
  `${right} of ${count} hosts have the vector`,
];
process.stdout.write(`\n${lines.join("\n")}\n`);
for (const work of clean) await work();
