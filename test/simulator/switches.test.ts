import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { test } from "tap";
import { forgetful } from "../../src/pkcs11/refused-pins/refused-pins.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import type { Cluster, ClusterOptions } from "../../src/simulator/cluster.js";
import { cluster, configFor, homeWith, openFolder, pinOf, simulatedModule } from "./rig.js";

const run = promisify(execFile);
const workerPath = join(import.meta.dirname, "../../dist/pkcs11-worker.cjs");

test("the simulator's switches, seen through the module", async (t) => {
  const folder = openFolder(t);
  const module = await simulatedModule(folder);
  let homes = 0;

  const homeOf = ({ endpoints }: Cluster, members: readonly number[] = [0]): string =>
    homeWith(
      folder,
      `home-${++homes}`,
      configFor(
        members.map((member) => endpoints[member]!.https),
        ["alice"],
      ),
    );

  async function started(options: Partial<ClusterOptions>) {
    const hsm = await cluster(t, { users: ["alice"], ...options });
    const tested = (members: readonly number[], logsIn: boolean) => {
      return smokeTest({
        module,
        token: { label: "alice" },
        pin: logsIn ? new Secret(pinOf(hsm, "alice")) : undefined,
        refusedPins: forgetful,
        environment: { HOME: homeOf(hsm, members) },
        workerPath,
      });
    };
    return { hsm, tested };
  }

  await t.test("serial numbers are the same on all members, or of each member's own", async (t) => {
    const same = await started({});
    const [first, second] = [await same.tested([0], false), await same.tested([1], false)];
    t.ok(first.serial);
    t.equal(second.serial, first.serial);
    const own = await started({ ownSerials: true });
    const [one, two] = [await own.tested([0], false), await own.tested([1], false)];
    t.match([one.serial, two.serial], [/^[0-9a-f]{16}$/, /^[0-9a-f]{16}$/]);
    t.not(one.serial, two.serial);
  });

  await t.test("session objects are refused: what signs is a key on the token", async (t) => {
    const { tested } = await started({ vhsms: 1, refusesSessionObjects: true });
    const report = await tested([0], true);
    t.equal(report.proven, "signed-token-key", JSON.stringify(report.checks));
  });

  await t.test("RSA keys are made as long as it says, and not longer", async (t) => {
    const { hsm, tested } = await started({ vhsms: 1, mostRsaBits: 1024 });
    const report = await tested([0], true);
    t.match(
      report.checks.find(({ id }) => id === "keygen-rsa"),
      { status: "pass", detail: /^RSA 1024, / },
    );
    const generation = ["--keypairgen", "--key-type", "rsa:2048", "--label", "long"];
    const login = ["--module", module, "--token-label", "alice", "--login", "--pin", pinOf(hsm, "alice")];
    const asked = run("pkcs11-tool", [...login, ...generation], { env: { HOME: homeOf(hsm) } });
    await t.rejects(asked, /CKR_KEY_SIZE_RANGE/);
  });

  await t.test("IPv6", async (t) => {
    const { hsm, tested } = await started({ vhsms: 2, addresses: ["::1", "::1"] });
    t.same(
      hsm.endpoints.map(({ https }) => https.ip),
      ["::1", "::1"],
    );
    const report = await tested([0, 1], true);
    t.equal(report.proven, "signed-session-key", JSON.stringify(report.checks));
  });
});
