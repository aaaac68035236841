import t, { type Test } from "tap";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { profileFileStep } from "../../../src/steps/profile-file/step.js";
import { scratch, serviceUid, type Scratch } from "../../support/scratch.js";

const before = "connections: {}\n";

/** Plans to write the profile, on a host whose root is the scratch folder. */
function plan({ folder }: Scratch, file: string) {
  const profile = { path: path(file), before, text: "# edited\n", summary: [] };
  const input = {
    profile: {
      source: file,
      connections: new Map(),
      users: new Map(),
      service: { user: "root", group: "root", create: false, startTimeoutSeconds: 60 },
    },
    host: realHost(path(folder)),
  };
  return async () => profileFileStep(profile).plan(input, []);
}

function unsafe(t: Test, root: Scratch, file: string, at: string) {
  return t.rejects(plan(root, file), {
    code: "ha-profile-unsafe",
    where: { path: at },
    detail: `it belongs to #${serviceUid}`,
    hint: /^move it to a folder that only root can write in/,
  });
}

t.test("a profile of root's in root's folders changes, with its owner and mode", async (t) => {
  const root = scratch(t);
  root.file("etc/knetctl/p.yaml", before, { mode: 0o640 });
  t.match((await plan(root, "/etc/knetctl/p.yaml")()).changes, [
    { step: "profile-file", kind: "write-file", path: "/etc/knetctl/p.yaml", owner: "#0", mode: 0o640 },
  ]);
});

t.test(
  "a profile in somebody's home is refused with the place and what to do, also where others cannot write",
  async (t) => {
    const root = scratch(t);
    root.mkdir("home/alice", { mode: 0o700, uid: serviceUid });
    root.mkdir("home/alice/profiles", { mode: 0o700, uid: serviceUid });
    root.file("home/alice/profiles/p.yaml", before);
    await unsafe(t, root, "/home/alice/profiles/p.yaml", "/home/alice");
  },
);

t.test("somebody's profile in a folder of root's is refused too", async (t) => {
  const root = scratch(t);
  root.file("etc/p.yaml", before, { uid: serviceUid });
  await unsafe(t, root, "/etc/p.yaml", "/etc/p.yaml");
});
