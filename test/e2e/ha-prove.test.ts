import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import t, { type Test } from "tap";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { userStates } from "../../src/simulator/user-directory.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl, knetctlScript } from "../support/knetctl.js";
import { privateHomes, threeMembers } from "../support/members.js";
import { eventually, processesWith, reached } from "../support/processes.js";
import { configFile } from "../support/provisioning.js";
import { runMain } from "../support/run-main.js";
import { exactly } from "../support/service-home.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/knet-members";
mkdirSync(folder, { mode: 0o700 });
const members = await threeMembers(folder);
const { cluster, profile } = members;
const [first, second, third] = cluster.endpoints.map(({ https: { ip, port } }) => `${ip}:${port}`);
t.teardown(() => cluster.stop());

interface Proof {
  readonly connections: readonly {
    readonly members: readonly {
      readonly tokens: readonly {
        user: string;
        result: string;
        inventory?: { objects: readonly { class: string; label: string; sha256?: string }[] };
      }[];
    }[];
    readonly comparisons: readonly {
      user: string;
      members: readonly string[];
      same: number;
      differences: readonly {
        kind: string;
        label: string;
        classes: readonly string[];
        missing: readonly string[];
      }[];
    }[];
  }[];
  readonly problems: readonly { code: string; detail?: string }[];
}

/** `ha prove --json`, and what must be true of every run: the host as it was, nothing left, no PIN told. */
async function prove(t: Test, ...args: readonly string[]): Promise<{ exitCode: number; document: Proof }> {
  const before = exactly("/var/amplia");
  const { exitCode, stdout, stderr } = await knetctl(["ha", "prove", "--json", ...args]);
  const document: unknown = JSON.parse(stdout);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.equal(exactly("/var/amplia"), before, "the service user's home, with config.json, is as it was");
  t.strictSame(privateHomes(), []);
  t.strictSame(processesWith("/proc/self/fd/6"), []);
  for (const { pin } of cluster.users) t.notOk(`${stdout}${stderr}`.includes(pin.reveal()), "no PIN is told");
  return { exitCode, document: document as Proof };
}

const results = ({ connections }: Proof, user: string) =>
  connections[0]!.members.map(({ tokens }) => tokens.find((token) => token.user === user)?.result);
const keysOf = ({ connections }: Proof, user: string) =>
  connections[0]!.comparisons.find((one) => one.user === user);
const codes = ({ problems }: Proof) => problems.map(({ code }) => code);

t.test("three members that work and hold the same are proven, exit 0", async (t) => {
  const { exitCode, document } = await prove(t, "--profile", profile);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  for (const user of ["ca_signer", "tsa_signer"])
    t.strictSame(results(document, user), ["proven", "proven", "proven"]);
  t.match(keysOf(document, "ca_signer"), { members: [first, second, third], same: 0, differences: [] });
});

t.test("a key that one member lacks is named with the members that have it, exit 1", async (t) => {
  await members.makeKey(t, 0, "ca");
  const { exitCode, document } = await prove(t, "--profile", profile);
  t.equal(exitCode, 1);
  t.strictSame(results(document, "ca_signer"), ["proven", "proven", "proven"]);
  t.match(keysOf(document, "ca_signer")?.differences, [{ kind: "missing", label: "ca", missing: [third] }]);
  t.strictSame([...keysOf(document, "ca_signer")!.differences[0]!.classes].sort(), [
    "private-key",
    "public-key",
  ]);
  t.strictSame(codes(document), ["members-key-missing"]);
  const objects = document.connections[0]!.members[0]!.tokens[0]!.inventory?.objects ?? [];
  t.match(
    objects.find((object) => object.class === "public-key"),
    { label: "ca", sha256: /^[0-9a-f]{64}$/ },
  );
});

t.test("one member dead and another lacking a key: both are said, for people too", async (t) => {
  await cluster.vhsms[1]!.kill();
  const { exitCode, document } = await prove(t, "--profile", profile);
  t.equal(exitCode, 1);
  t.strictSame(results(document, "ca_signer"), ["proven", "unreachable", "proven"]);
  t.strictSame(codes(document), ["members-unreachable", "members-unreachable", "members-key-missing"]);
  const shown = await knetctl(["ha", "prove", "--profile", profile]);
  t.comment(`${shown.stdout}\n${shown.stderr}`);
  t.match(shown.stdout, new RegExp(`missing +.*"ca".*… on ${first!}; missing on ${third!}`));
  t.match(shown.stdout, /\nfailed: \d of 6 proofs passed; the members do not hold the same keys\n$/);
});

t.test("nothing wrong but a member that is not there is exit 69", async (t) => {
  const { exitCode, document } = await prove(
    t,
    "--profile",
    members.profileOf(0, 1),
    "--user",
    "ca_signer",
    "hsm_1",
    "hsm_1",
  );
  t.equal(exitCode, 69);
  t.equal(
    document.connections.length,
    1,
    "a connection that is named twice is proven once: a wrong PIN must not be tried twice",
  );
  t.strictSame(results(document, "ca_signer"), ["proven", "unreachable"]);
  await cluster.vhsms[1]!.setDown("up");
});

t.test("another key under the same name is an error of its own", async (t) => {
  await members.makeKey(t, 2, "ca");
  const { exitCode, document } = await prove(t, "--profile", profile, "--user", "ca_signer");
  t.equal(exitCode, 1);
  t.match(keysOf(document, "ca_signer"), {
    same: 0,
    differences: [{ kind: "different", label: "ca", missing: [] }],
  });
  t.strictSame([...keysOf(document, "ca_signer")!.differences[0]!.classes].sort(), [
    "private-key",
    "public-key",
  ]);
  t.strictSame(codes(document), ["members-keys-differ"]);
});

t.test(
  "a wrong PIN is given to the first member and to no other; the others' users are proven",
  async (t) => {
    const file = `${folder}/tsa_signer.pin`;
    const right = readFileSync(file);
    writeFileSync(file, "wrong-pin-4711");
    const { exitCode, document } = await prove(t, "--profile", profile);
    writeFileSync(file, right);
    t.equal(exitCode, 1);
    t.strictSame(results(document, "tsa_signer"), ["refused", "not-tried", "not-tried"]);
    t.strictSame(results(document, "ca_signer"), ["proven", "proven", "proven"]);
    t.equal(cluster.directory.state("tsa_signer"), userStates.countLow, "one of three attempts was used");
    t.notMatch(JSON.stringify(document), "wrong-pin-4711");
  },
);

t.test("a user whom one more wrong PIN would lock is tried nowhere", async (t) => {
  cluster.directory.logIn("tsa_signer", "wrong");
  t.equal(cluster.directory.state("tsa_signer"), userStates.finalTry);
  const { exitCode, document } = await prove(t, "--profile", profile, "--user", "tsa_signer");
  t.equal(exitCode, 1);
  t.strictSame(results(document, "tsa_signer"), ["refused", "not-tried", "not-tried"]);
  t.equal(cluster.directory.state("tsa_signer"), userStates.finalTry, "no attempt was made");
  cluster.directory.unlock("tsa_signer");
});

t.test(
  "the private home is root's, for the service group to read and nobody else; Ctrl-C leaves none",
  async (t) => {
    await cluster.vhsms[0]!.setDown("silent-after-tls");
    const child = spawn(process.execPath, [knetctlScript, "ha", "prove", "--profile", profile], {
      stdio: "ignore",
      env: { PATH: "/usr/bin:/bin" },
    });
    await reached(
      "a member is being proven",
      () => privateHomes().length > 0 && processesWith("/proc/self/fd/6").length > 0,
    );
    const home = `/run/${privateHomes()[0]!}`;
    const file = `${home}/.config/kryptus/knet/pkcs11/config.json`;
    const gid = statSync(configFile).gid;
    for (const [name, mode] of [
      [home, 0o750],
      [`${home}/.config`, 0o750],
      [file, 0o640],
    ] as const) {
      const found = lstatSync(name);
      t.strictSame([found.uid, found.gid, found.mode & 0o7777], [0, gid, mode], name.slice(home.length));
    }
    t.match(JSON.parse(readFileSync(file, "utf8")), {
      connections: { hsm_1: { ip: "127.0.0.1" } },
      users: { ca_signer: {}, tsa_signer: {} },
      log_verbosity: "quiet",
    });
    child.kill("SIGINT");
    t.strictSame(await once(child, "exit"), [130, null]);
    t.strictSame(privateHomes(), []);
    t.strictSame(processesWith("/proc/self/fd/6"), []);
  },
);

t.test(
  "a second Ctrl-C in the midst of a proof removes the private home, and none of another process",
  async (t) => {
    const others = `/run/knetctl-home-1-1-${"0".repeat(12)}`;
    const running = runMain("ha", "prove", "--profile", profile);
    await reached(
      "a member is being proven",
      () => privateHomes().length > 0 && processesWith("/proc/self/fd/6").length > 0,
    );
    mkdirSync(others);
    running.leave();
    t.strictSame(privateHomes(), [basename(others)]);
    rmdirSync(others);
    running.interrupt();
    t.match(await running.ended, { exitCode: 130 });
  },
);

t.test("what a killed run left is removed by the next one", async (t) => {
  const child = spawn(process.execPath, [knetctlScript, "ha", "prove", "--profile", profile], {
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin" },
  });
  await reached("there is a private home", () => privateHomes().length > 0);
  child.kill("SIGKILL");
  await once(child, "exit");
  t.equal(privateHomes().length, 1, "SIGKILL leaves one behind");
  t.ok(await eventually(() => processesWith("/proc/self/fd/6").length === 0), "but no process");
  await cluster.vhsms[0]!.setDown("up");
  await prove(t, "--profile", members.profileOf(0), "--user", "ca_signer");
});

t.test("without root, and for names that the profile does not have, nothing is tried", async (t) => {
  const refused = await knetctl(["ha", "prove", "--profile", profile], {
    uid: 65534,
    program: copyProgram("/srv/knetctl"),
  });
  t.match(refused, { exitCode: 77, stderr: /must run as root/ });
  t.match(await knetctl(["ha", "prove", "--profile", profile, "hsm_2"]), {
    exitCode: 64,
    stderr: /did you mean "hsm_1"/,
  });
  t.match(await knetctl(["ha", "prove", "--profile", profile, "--user", "nobody"]), {
    exitCode: 64,
    stderr: /no user "nobody"/,
  });
});
