import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { reportPicture } from "../../src/pictures/report-picture.js";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { userStates } from "../../src/simulator/user-directory.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl } from "../support/knetctl.js";
import { privateHomes, threeMembers } from "../support/members.js";
import { processesWith } from "../support/processes.js";
import { exactly } from "../support/service-home.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/knet-drill";
mkdirSync(folder, { mode: 0o700 });
const members = await threeMembers(folder);
const { cluster } = members;
const picture = `${folder}/drill.svg`;
t.teardown(() => cluster.stop());

interface Drill {
  readonly scenarios: readonly {
    id: string;
    through: boolean;
    endpoints: readonly { ip: string; port: number }[];
    firstSignatureMs?: number | null;
    firstCostMs?: number;
    secondCostMs?: number;
    remembers?: boolean | null;
  }[];
  readonly verdict: { outcome: string; text: string };
  readonly problems: readonly { code: string }[];
}

function document(t: Test, stdout: string): Drill {
  const value: unknown = JSON.parse(stdout);
  t.ok(reportSchema(value), JSON.stringify(reportSchema.errors));
  return value as Drill;
}

t.test(
  "a drill on a host's own vector gets through every scenario, and touches neither host nor members",
  async (t) => {
    const before = exactly("/var/amplia");
    const { exitCode, stdout, stderr } = await knetctl([
      "ha",
      "drill",
      "--json",
      "--profile",
      members.profileOf(0, 1),
      "--svg",
      picture,
    ]);
    const { scenarios, verdict } = document(t, stdout);
    t.equal(exitCode, 0, stderr);
    t.equal(readFileSync(picture, "utf8"), reportPicture(JSON.parse(stdout)), "as the page shows it");
    t.equal(statSync(picture).mode & 0o777, 0o600);
    t.match(verdict, {
      outcome: "works",
      text: /^failover works; a dead first member costs up to \d+\.\d s at the first signature/,
    });
    t.strictSame(
      scenarios.map(({ id, through }) => [id, through]),
      ["as-it-is", "first-refuses", "first-is-black-hole", "first-silent-after-tls", "all-but-last-dead"].map(
        (id) => [id, true],
      ),
    );
    const hole = scenarios.find(({ id }) => id === "first-is-black-hole");
    t.ok((hole?.firstSignatureMs ?? 0) > 1500, "the time-out of 2 s for a connection is paid");
    t.equal(
      scenarios.find(({ id }) => id === "all-but-last-dead")?.endpoints.at(-1)?.port,
      cluster.endpoints[1]!.https.port,
    );
    t.equal(exactly("/var/amplia"), before);
    t.strictSame(privateHomes(), []);
    t.strictSame(processesWith("/proc/self/fd/6"), []);
    for (const { pin } of cluster.users) t.notOk(`${stdout}${stderr}`.includes(pin.reveal()));
  },
);

t.test(
  "one member dead and another lacking a key: a drill makes keys of its own, and tells people in a " +
    "table and a line",
  async (t) => {
    await members.makeKey(t, 0, "ca");
    await cluster.vhsms[1]!.kill();
    const { exitCode, stdout, stderr } = await knetctl(["ha", "drill", "--profile", members.profile]);
    t.comment(`${stdout}\n${stderr}`);
    t.equal(exitCode, 69, "a dead member is nothing to fail over to");
    t.match(stdout, /^the first member is a black hole +yes /m);
    t.match(
      stdout,
      new RegExp(
        "\nfailover reaches only 2 of 3 members: .* does not pass the probe; " +
          "a dead first member costs up to .* and nothing afterwards\n$",
      ),
    );
    t.match(stderr, /\[drill-members-dead\]\n.*: the connection is refused\n/);
    const first = stderr.indexOf("does not pass the probe: the connection is refused");
    t.ok(first !== -1 && first < stderr.indexOf("the vector as it is"), "told before anything is measured");
    await cluster.vhsms[1]!.setDown("up");
  },
);

t.test("a wrong PIN ends the drill after one attempt", async (t) => {
  const file = `${folder}/tsa_signer.pin`;
  const right = readFileSync(file);
  writeFileSync(file, "wrong-pin-4712");
  const { exitCode, stdout } = await knetctl([
    "ha",
    "drill",
    "--json",
    "--profile",
    members.profileOf(0, 1),
    "--user",
    "tsa_signer",
  ]);
  writeFileSync(file, right);
  t.equal(exitCode, 1);
  t.match(document(t, stdout), {
    scenarios: [{ id: "as-it-is", through: false, reason: /CKR_PIN_INCORRECT/ }],
    verdict: { outcome: "not-measured" },
    problems: [{ code: "drill-vector-failed" }],
  });
  t.equal(cluster.directory.state("tsa_signer"), userStates.countLow);
});

t.test(
  "a vector of which nobody answers is exit 69; a warning about the PIN is in the document",
  async (t) => {
    await cluster.vhsms[0]!.kill();
    const shown = await knetctl(["ha", "drill", "--profile", members.profileOf(0)]);
    t.match(shown.stdout, /\nfailover was not measured: the vector as it is does not work\n$/);
    t.match(
      shown.stderr,
      /error: the module could not sign through the vector as it is \[drill-vector-unreachable\]/,
    );
    t.notMatch(shown.stderr, "failover was not measured");
    chmodSync(`${folder}/ca_signer.pin`, 0o640);
    const { exitCode, stdout } = await knetctl(["ha", "drill", "--json", "--profile", members.profileOf(0)]);
    chmodSync(`${folder}/ca_signer.pin`, 0o600);
    t.equal(exitCode, 69);
    t.match(document(t, stdout).problems, [
      { code: "pin-file-group-readable" },
      { code: "drill-vector-unreachable" },
    ]);
  },
);

t.test(
  "with the simulator the active member is killed too; any user may, and nothing is left behind",
  async (t) => {
    const program = copyProgram("/srv/knet/dist");
    cpSync(`${import.meta.dirname}/../../installers`, "/srv/knet/installers", { recursive: true });
    cpSync(`${import.meta.dirname}/../../node_modules/pkcs11js`, "/srv/knet/node_modules/pkcs11js", {
      recursive: true,
    });
    const before = readdirSync("/tmp");
    const { exitCode, stdout, stderr } = await knetctl(["ha", "drill", "--simulator", "--json"], {
      uid: 65534,
      program,
    });
    t.equal(exitCode, 0, `${stdout}${stderr}`);
    const { scenarios, verdict } = document(t, stdout);
    t.match(scenarios.at(-1), { id: "active-killed", through: true });
    t.match(verdict.text, /losing the active member between two signatures costs/);
    t.strictSame(readdirSync("/tmp"), before);
  },
);

t.test("a picture replaces no file, and that is told before anybody logs in", async (t) => {
  const before = readFileSync(picture, "utf8");
  const args = ["ha", "drill", "--profile", members.profile, "--svg"];
  t.match(await knetctl([...args, picture]), {
    exitCode: 1,
    stderr: /there is already a file with this name/,
  });
  t.equal(readFileSync(picture, "utf8"), before);
  t.match(await knetctl([...args, "/root/nowhere/x.svg"]), {
    exitCode: 1,
    stderr: /the folder of the picture does not exist/,
  });
});

t.test("either a profile or the simulator is asked for, not both and not neither", async (t) => {
  for (const args of [[], ["--simulator", "--profile", members.profile]])
    t.match(await knetctl(["ha", "drill", ...args]), {
      exitCode: 64,
      stderr: /either --profile FILE or --simulator/,
    });
});
