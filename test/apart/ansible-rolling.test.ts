import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { path } from "../../src/host/path.js";
import { pinOf } from "../simulator/rig.js";
import { ensureHosts, memberAddress } from "../support/ensure-hosts.js";
import type { RunningHost } from "../support/hosts.js";
import { processesWith, reached } from "../support/processes.js";
import { archiveOf, configFile } from "../support/provisioning.js";
import { differences, type Tree } from "../support/tree.js";
import { vendorArchive } from "../support/vendor-archive.js";
import { callOf, calls, playbooks } from "../ansible/page.js";
import { healthUrl, startApplication } from "../ansible/application.js";
import { played, playing, type Played } from "../ansible/controller.js";
import {
  deadMember,
  describeGroup,
  makeKey,
  restartsOf,
  startFleet,
  stateOf,
  vectorOf,
} from "../ansible/fleet.js";

await ensureHosts(import.meta.filename);

t.test("the page calls every playbook, and no other", (t) => {
  t.strictSame(
    [...new Set(calls.map(([name]) => name))].sort(),
    playbooks.map((name) => `knetctl.knet.${name}`).sort(),
  );
  t.end();
});

const fleet = await startFleet(t);
const { hosts, cluster, endpoints } = fleet;
const [first, second] = hosts;
const applications = await Promise.all(hosts.map(startApplication));
/** Each host's application answers at its health URL; the time is for one that does not. */
const service = { health: healthUrl, start_timeout: 8 };
const describe = (members: readonly string[], archive: { path: string; sha256: string }): void => {
  describeGroup(fleet, members, archive, service);
};
const states = () => hosts.map(stateOf);
const vectors = () => hosts.map(vectorOf);
const restarts = () => hosts.map(restartsOf);
const changes = ({ recap }: Played): readonly (number | undefined)[] =>
  hosts.map(({ name }) => recap[name]?.changed);

const changed = (before: readonly Tree[]): readonly string[] =>
  hosts.flatMap((host, at) => differences(before[at] ?? new Map(), stateOf(host)));

/** A call as the page has it, its members being ours. */
const call = (playbook: string): readonly string[] => callOf(playbook, endpoints(1, 2, 3, 5));
const towards = (...members: readonly number[]): readonly string[] => [
  ...call("rolling_change").filter((word) => !word.startsWith("--")),
  "-e",
  JSON.stringify({ knetctl_endpoints: endpoints(...members) }),
];
const roll = (...members: readonly number[]): Promise<Played> => run(towards(...members));

async function run(args: readonly string[]): Promise<Played> {
  const result = await played(args);
  t.comment(`${result.ms} ms, exit code ${result.exitCode}\n${result.said}`);
  return result;
}

/** A play after which no host has anything changed, or its service restarted. */
async function changesNothing(t: Test, play: () => Promise<Played>): Promise<Played> {
  const before = states();
  const result = await play();
  t.strictSame(changed(before), []);
  t.strictSame(restarts(), [0, 0, 0]);
  return result;
}

t.test("first set-up", async (t) => {
  describe(endpoints(1, 2), await archiveOf(path("/root")));
  t.match(await run(call("set_up")), { exitCode: 0 });
  t.strictSame(
    vectors(),
    hosts.map(() => endpoints(1, 2)),
  );
  t.strictSame(restarts(), [1, 1, 1]);
  await makeKey(first, pinOf(cluster, "ca_signer"), "ca");
});

t.test("a dead new member: the probe stops it, no host is changed", async (t) => {
  const result = await changesNothing(t, () => roll(1, 2, deadMember));
  t.equal(result.exitCode, 2);
  t.match(result.recap, { "signer-1": { failed: 1 }, "signer-2": { failed: 1 }, "signer-3": { failed: 1 } });
  t.match(result.said, /the connection is refused \(10\.77\.0\.109:60161\)/);
  t.notMatch(result.said, /PLAY \[Change/);
});

t.test("a new member that one host alone cannot reach stops it too, before any is changed", async (t) => {
  const route = (word: "add" | "del"): void => {
    const [nsenter = "", ...inside] = second.enter;
    execFileSync(nsenter, [...inside, "ip", "route", word, "unreachable", memberAddress(3)]);
  };
  route("add");
  const result = await changesNothing(t, () => roll(1, 2, 3));
  route("del");
  t.equal(result.exitCode, 2);
  t.match(result.recap, { "signer-1": { failed: 0 }, "signer-2": { failed: 1 }, "signer-3": { failed: 0 } });
  t.notMatch(result.said, /PLAY \[Change/);
});

t.test("a member that answers and does not pass the proof: the first host stops it", async (t) => {
  const result = await changesNothing(t, () => roll(1, 2, 4));
  t.equal(result.exitCode, 2);
  t.strictSame(changes(result), [0, 0, 0]);
  t.match(result.recap, { "signer-1": { failed: 1 }, "signer-2": { failed: 0 }, "signer-3": { failed: 0 } });
  t.match(result.said, /is not on 10\.77\.0\.104/);
});

t.test("a service that does not come up with it: the first host takes it back", async (t) => {
  const bad = `${first.root}/run/stand-in-systemctl/bad`;
  writeFileSync(bad, `fail ${memberAddress(3)} ${configFile}\n`);
  const before = states();
  const result = await roll(1, 2, 3);
  rmSync(bad);
  t.equal(result.exitCode, 2);
  t.match(result.said, /"outcome": "rolled-back"/);
  t.strictSame(changes(result), [0, 0, 0]);
  t.strictSame(changed(before), []);
  t.strictSame(restarts().slice(1), [0, 0], "the other services were left alone");
});

t.test("--check --diff shows it, and changes nothing", async (t) => {
  const result = await changesNothing(t, () =>
    run([...towards(1, 2, 3), "--limit", "signer-1", "--check", "--diff"]),
  );
  t.equal(result.exitCode, 0);
  t.equal(result.recap["signer-1"]?.changed, 1);
  t.match(result.said, /^\+.*10\.77\.0\.103/m);
});

t.test("interrupted in the midst of a change", async (t) => {
  const play = playing(towards(1, 2, 3));
  await reached("the first host is being changed", () => processesWith("ha set").length > 0);
  play.interrupt();
  const { exitCode, said } = await play.ended;
  t.comment(said);
  t.not(exitCode, 0);
  t.strictSame(vectors().slice(1), [endpoints(1, 2), endpoints(1, 2)]);
});

t.test("the next run goes on, until a host goes down: those after it are not changed", async (t) => {
  const play = playing(towards(1, 2, 3));
  await play.said(/TASK \[Verify/);
  second.setLink("down");
  const result = await play.ended;
  t.comment(`${result.ms}\n${result.said}`);
  t.match(result.recap, {
    "signer-1": { failed: 0 },
    "signer-2": { unreachable: 1 },
    "signer-3": { changed: 0, failed: 0, unreachable: 0 },
  });
  t.strictSame(vectors(), [endpoints(1, 2, 3), endpoints(1, 2), endpoints(1, 2)]);
  restarts();
});

t.test("a host that is down stops it before anything is changed", async (t) => {
  const result = await changesNothing(t, () => roll(1, 2, 3));
  t.not(result.exitCode, 0);
  t.match(result.recap, { "signer-2": { unreachable: 1 } });
  second.setLink("up");
});

t.test(
  "an application that is ill with it: its host takes it back, those after it are untouched",
  async (t) => {
    const [, own, last] = states();
    applications[1]?.illWith(memberAddress(3));
    const result = await roll(1, 2, 3);
    applications[1]?.illWith(undefined);
    t.equal(result.exitCode, 2);
    t.match(result.recap, {
      "signer-1": { changed: 0, failed: 0 },
      "signer-2": { changed: 0, failed: 1 },
      "signer-3": { changed: 0, failed: 0 },
    });
    t.match(result.said, /"outcome": "rolled-back"/);
    t.match(result.said, /"code": "service-unhealthy"/);
    t.notMatch(result.said, /before anything was changed/);
    t.strictSame(states().slice(1), [own, last]);
    t.strictSame(restarts(), [0, 2, 0]);
  },
);

t.test("with the vector of the inventory, the hosts that are left are changed", async (t) => {
  describe(endpoints(1, 2, 3), await archiveOf(path("/root")));
  const result = await run(call("rolling_change").slice(0, 1));
  t.equal(result.exitCode, 0);
  t.strictSame(changes(result), [0, 1, 1]);
  t.strictSame(
    vectors(),
    hosts.map(() => endpoints(1, 2, 3)),
  );
  t.strictSame(restarts(), [0, 1, 1]);
});

t.test("a member that is down is replaced", async (t) => {
  await cluster.vhsms[0]?.setDown("refuse");
  const result = await run([...call("replace_member"), "--limit", "signer-1"]);
  t.equal(result.exitCode, 0);
  t.strictSame(vectors(), [endpoints(5, 2, 3), endpoints(1, 2, 3), endpoints(1, 2, 3)]);
  t.strictSame(restarts(), [1, 0, 0]);
  await cluster.vhsms[0]?.setDown("up");
});

const pin = (expected: object): Promise<Played> =>
  run([...call("pin_certificates"), "-e", JSON.stringify({ knetctl_fingerprints: expected })]);
const profileOf = ({ root }: RunningHost): string => readFileSync(`${root}/etc/knetctl/profile.yaml`, "utf8");
const pins = (host: RunningHost): number =>
  profileOf(host).match(/fingerprint: "[0-9a-f]{64}"$/gm)?.length ?? 0;

t.test("a certificate that is not the expected one is pinned nowhere", async (t) => {
  const [second = ""] = endpoints(2);
  const result = await changesNothing(t, () => pin({ [second]: "ab".repeat(32) }));
  t.equal(result.exitCode, 2);
  t.match(result.said, new RegExp(`not the expected one: ${second}`));
});

t.test("certificates are gathered and pinned, and the profile's comments stay", async (t) => {
  const commented = hosts.map((host) => profileOf(host).replace("users:", "# ours\nusers:"));
  for (const [at, { root }] of hosts.entries())
    writeFileSync(`${root}/etc/knetctl/profile.yaml`, commented[at] ?? "");
  t.match(await pin({}), { exitCode: 0 });
  t.strictSame(hosts.map(pins), [3, 3, 3]);
  const without = (text: string): string => text.replace(/fingerprint: "[0-9a-f]{64}"\n */g, "");
  t.strictSame(
    hosts.map((host) => without(profileOf(host))),
    commented,
  );
});

t.test("every playbook runs with --check --diff, and changes nothing", async (t) => {
  const [, old = "", left = ""] = endpoints(1, 2, 5);
  const replaced = ["replace_member", "-e", `knetctl_old_member=${old}`, "-e", `knetctl_new_member=${left}`];
  const before = states();
  for (const [name = "", ...args] of [
    ["set_up"],
    ["rolling_change"],
    replaced,
    ["pin_certificates"],
    ["upgrade_module"],
  ])
    t.equal((await run([`knetctl.knet.${name}`, ...args, "--check", "--diff"])).exitCode, 0, name);
  t.strictSame(changed(before), []);
  t.strictSame(restarts(), [0, 0, 0]);
});

const upgrade = async (archive: { path: string; sha256: string }): Promise<Played> => {
  describe(endpoints(5, 2, 3), archive);
  return run([...call("upgrade_module"), "--limit", "signer-1,signer-2"]);
};
const module = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";

t.test("a module that does not work is tried on the canary alone, and taken back", async (t) => {
  const [before, profiles] = [states(), hosts.map(profileOf)];
  const result = await upgrade(
    vendorArchive("/root", `install -m 0755 libkNETPKCS11.so ${module}`, { version: "1.7.1" }),
  );
  t.equal(result.exitCode, 2);
  t.match(result.recap, { "signer-1": { failed: 1 }, "signer-2": { failed: 0 } });
  t.strictSame(
    changed(before).filter((line) => !line.includes("kNET-PKCS11-Linux-1.7.1.tar: nothing")),
    [],
  );
  t.strictSame(hosts.map(profileOf), profiles);
  t.strictSame(restarts(), [0, 0, 0]);
});

t.test("the module is upgraded on the canary, then on the others", async (t) => {
  const result = await upgrade(await archiveOf(path("/root"), { version: "1.8.0" }));
  t.equal(result.exitCode, 0);
  t.match(result.said, /changed: \[signer-1\][^]*PLAY \[Upgrade[^]*changed: \[signer-2\]/);
  for (const host of [first, second]) t.match(profileOf(host), /kNET-PKCS11-Linux-1\.8\.0\.tar/);
  t.strictSame(vectors(), [endpoints(5, 2, 3), endpoints(5, 2, 3), endpoints(1, 2, 3)]);
});
