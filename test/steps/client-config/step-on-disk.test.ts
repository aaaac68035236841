import t from "tap";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { path } from "../../../src/host/path.js";
import { readOnlyHost } from "../../../src/host/read-only-host.js";
import { realHost } from "../../../src/host/real-host.js";
import type { Profile } from "../../../src/profile/types.js";
import { clientConfigStep } from "../../../src/steps/client-config/step.js";
import { configPath } from "../../support/existing-config.js";

const uid = 45_678;
const profile: Profile = {
  source: "profile.yaml",
  connections: new Map([
    [
      "hsm_1",
      {
        name: "hsm_1",
        endpoints: [
          { ip: "10.0.0.1", port: 60161 },
          { ip: "10.0.0.2", port: 60161 },
        ],
      },
    ],
  ]),
  users: new Map([["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }]]),
  service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map(),
};

/** A root folder with the account and its home, for real, and the host that looks at it without writing. */
function rootFolder() {
  const root = mkdtempSync(join(tmpdir(), "knetctl-"));
  t.teardown(() => {
    rmSync(root, { recursive: true });
  });
  mkdirSync(join(root, "etc"));
  mkdirSync(join(root, "var/amplia"), { recursive: true });
  writeFileSync(
    join(root, "etc/passwd"),
    `root:x:0:0::/root:/bin/sh\namplia:x:${uid}:${uid}::/var/amplia:/usr/sbin/nologin\n`,
  );
  writeFileSync(join(root, "etc/group"), `root:x:0:\namplia:x:${uid}:\n`);
  chownSync(join(root, "var/amplia"), uid, uid);
  chmodSync(root, 0o755);
  const folder = join(root, configPath, "..");
  return { root, file: join(root, configPath), folder, host: readOnlyHost(realHost(path(root))) };
}

t.test("plans the whole way into the service user's home, by the image's own accounts", async (t) => {
  const { host } = rootFolder();
  const { changes } = await clientConfigStep.plan({ profile, host }, []);
  t.same(
    changes.map(({ kind }) => kind),
    ["create-folder", "create-folder", "create-folder", "create-folder", "write-file"],
  );
});

t.test("what it plans to write is, once written, nothing left to do", async (t) => {
  const { host, file, folder } = rootFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '\uFEFF{\r\n\t"x": [ ]\r\n}', { mode: 0o640 });
  const [change] = (await clientConfigStep.plan({ profile, host }, [])).changes;
  if (change?.kind !== "write-file") throw new Error("the file was not to be written");
  t.equal(readFileSync(file, "utf8"), change.before, "planning wrote nothing");
  t.match(change.content, /^\uFEFF\{\r\n\t"x": \[ \],\r\n\t"connections": \{\r\n\t\t"hsm_1"/);
  writeFileSync(file, change.content);
  t.same((await clientConfigStep.plan({ profile, host }, [])).changes, []);
});

t.test("a config.json that is a link to another file is neither read nor replaced", async (t) => {
  const { host, root, file, folder } = rootFolder();
  mkdirSync(folder, { recursive: true });
  symlinkSync("/etc/passwd", file);
  await t.rejects(clientConfigStep.plan({ profile, host }, []), {
    code: "client-config-not-a-file",
    where: { path: configPath },
    detail: "it is a symbolic link",
  });
  t.match(readFileSync(join(root, "etc/passwd"), "utf8"), /^root/);
});
