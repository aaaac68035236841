import t from "tap";
import { forgetful } from "../../src/pkcs11/refused-pins/refused-pins.js";
import { path } from "../../src/host/path.js";
import type { Profile } from "../../src/profile/types.js";
import { clientConfigStep } from "../../src/steps/client-config/step.js";
import { moduleStep } from "../../src/steps/module/step.js";
import { ownershipStep } from "../../src/steps/ownership/step.js";
import { smokeTestStep } from "../../src/steps/smoke-test/step.js";
import { configPath } from "../support/existing-config.js";
import { MemoryHost } from "../support/memory-host.js";

const profile: Profile = {
  source: "p.yaml",
  connections: new Map(),
  users: new Map(),
  service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map([
    [
      "eToken",
      {
        name: "eToken",
        settings: { Type: "Pkcs11", Module: "libeTPkcs11.so" },
        target: { path: path("/etc/amplia/appsettings.conf"), form: "ini" },
      },
    ],
  ]),
};
const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const smokeTest = smokeTestStep({
  worker: path("/nowhere/worker.cjs"),
  pins: new Map(),
  timeoutMs: 1000,
  refusedPins: forgetful,
});
const nothing = { changes: [], problems: [], notes: [] };

t.test("without kNET users no step plans anything for the kNET module, whatever lies there", async (t) => {
  const host = new MemoryHost({
    users: [amplia],
    groups: [{ group: "amplia", gid: 991 }],
    files: { [configPath]: "not JSON" },
  });
  for (const step of [
    moduleStep({ callers: new Set(), stagesUnpinned: true }),
    ownershipStep,
    clientConfigStep,
  ])
    t.same(await step.plan({ profile, host }, []), nothing, step.id);
});

t.test("nor does it look where this user may not", async (t) => {
  const host = new MemoryHost({ forbidden: ["/var/amplia", "/var/lib/knetctl"] });
  for (const step of [
    moduleStep({ callers: new Set(), stagesUnpinned: true }),
    ownershipStep,
    clientConfigStep,
  ])
    t.same(await step.plan({ profile, host }, []), nothing, step.id);
});

t.test("the smoke test proves nothing, and says why", async (t) => {
  const planned = await smokeTest.plan({ profile, host: new MemoryHost({}) }, []);
  t.same(planned, {
    ...nothing,
    unproven: { reason: "no-users", text: "the profile has no users of the kNET module" },
  });
  const host = Object.assign(new MemoryHost({}), { root: path("/srv/image") });
  const users = new Map([["ca", { name: "ca", connection: "hsm", authenticationType: "password" as const }]]);
  const ofImage = await smokeTest.plan({ profile: { ...profile, users }, host }, []);
  t.match(ofImage, { prove: undefined, unproven: { reason: "root", text: /^--root \/srv\/image/ } });
});
