import t from "tap";
import { path } from "../../../src/host/path.js";
import { Problems } from "../../../src/problem/problem.js";
import type { Endpoint, Profile } from "../../../src/profile/types.js";
import { clientConfigStep } from "../../../src/steps/client-config/step.js";
import { configPath } from "../../support/existing-config.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";

const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const profile: Profile = {
  source: "profile.yaml",
  connections: new Map([["hsm_1", { name: "hsm_1", endpoints: [{ ip: "10.0.0.1", port: 60161 }] }]]),
  users: new Map([["ca_signer", { name: "ca_signer", connection: "hsm_1", authenticationType: "password" }]]),
  service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
  keyStores: new Map(),
};
const equal =
  '{"connections": {"hsm_1": {"ip": ["10.0.0.1"], "port": [60161]}}, "users": {"ca_signer": ' +
  '{"authentication_type": "password", "connection": "hsm_1"}}}';

function plan(options: MemoryHostOptions, wanted = profile) {
  return clientConfigStep.plan(
    { profile: wanted, host: new MemoryHost({ users: [amplia], ...options }) },
    [],
  );
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

t.test(
  "on a fresh host: every folder from the outside in, then the file, as the document's chown and " +
    "chmod have them",
  async (t) => {
    const { changes, problems, notes } = await plan({ folders: ["/var/amplia"] });
    const rights = { owner: "root", group: "amplia", trusting: "amplia", step: "client-config" };
    const folders = ["/.config", "/.config/kryptus", "/.config/kryptus/knet", "/.config/kryptus/knet/pkcs11"];
    t.match(changes, [
      ...folders.map((folder) => ({
        kind: "create-folder",
        path: `/var/amplia${folder}`,
        mode: 0o750,
        ...rights,
      })),
      {
        kind: "write-file",
        path: configPath,
        mode: 0o640,
        before: null,
        sensitive: false,
        summary: ["new: 1 connection, 1 user"],
        ...rights,
      },
    ]);
    t.equal(changes.length, 5);
    t.same([problems, notes], [[], []]);
  },
);

t.test("only the folders that are missing", async (t) => {
  const { changes } = await plan({ folders: ["/var/amplia/.config/kryptus"] });
  t.same(
    changes.map(({ path: at }) => at.split("/").at(-1)),
    ["knet", "pkcs11", "config.json"],
  );
});

t.test("a file that says the same in other words is no change", async (t) => {
  t.same((await plan({ files: { [configPath]: equal } })).changes, []);
});

t.test("a file that says something else is edited, and the plan knows what it was", async (t) => {
  const before = equal.replace("10.0.0.1", "10.0.0.2");
  const { changes } = await plan({ files: { [configPath]: before } });
  t.match(changes, [
    { kind: "write-file", before, summary: ["connection hsm_1: endpoints 10.0.0.2:60161 → 10.0.0.1:60161"] },
  ]);
  t.match(changes[0], { content: equal.replace('["10.0.0.1"]', '"10.0.0.1"').replace("[60161]", "60161") });
});

t.test("the empty file of the document's touch is filled", async (t) => {
  const { changes } = await plan({ files: { [configPath]: "" } });
  t.match(changes, [{ kind: "write-file", before: "", content: /^\{\n {2}"connections"/ }]);
});

t.test("a file that cannot be trusted with an edit is not overwritten", async (t) => {
  await t.rejects(plan({ files: { [configPath]: "{// x\n}" } }), {
    name: "Problems",
    message: "config.json contains a comment",
  });
  const image = Object.assign(new MemoryHost({ users: [amplia], files: { [configPath]: "{// x\n}" } }), {
    root: path("/srv/img"),
  });
  const hints = await clientConfigStep.plan({ profile, host: image }, []).then(
    () => "",
    (error: unknown) => (error instanceof Problems ? error.list : []).map(({ hint }) => hint).join(),
  );
  t.match(
    hints,
    /mv (\/srv\/img\/var\/amplia\/\S+) \1\.old\): then knetctl apply PROFILE --root \/srv\/img writes/,
    "an image's file is told from the running system's",
  );
  await t.rejects(plan({ files: { [configPath]: new Uint8Array(5 * 1024 * 1024 + 1) } }), {
    code: "client-config-too-large",
  });
});

t.test("a file where a folder should be is a problem with its path", async (t) => {
  await t.rejects(plan({ files: { "/var/amplia/.config/kryptus": "" } }), {
    code: "client-config-not-a-folder",
    where: { path: "/var/amplia/.config/kryptus" },
  });
});

t.test("without permission to look: a note, and no change is made up", async (t) => {
  const { changes, problems, notes } = await plan({
    files: { [configPath]: "x" },
    forbidden: ["/var/amplia"],
  });
  t.same([changes, problems], [[], []]);
  t.match(notes, [/could not see \/var\/amplia\/\.config\/.*permission/]);
});

t.test("the home is the profile's, else the account's, else /var/USER", async (t) => {
  const home = async (options: MemoryHostOptions, wanted = profile) =>
    (await plan(options, wanted)).changes[0]?.path;
  t.equal(await home({}), "/var/amplia/.config");
  t.equal(await home({ users: [{ ...amplia, home: path("/srv/a") }] }), "/srv/a/.config");
  t.equal(
    await home(
      { users: [{ ...amplia, home: path("/srv/a") }] },
      { ...profile, service: { ...profile.service, home: path("/opt/b") } },
    ),
    "/opt/b/.config",
  );
  t.equal(await home({ users: [] }), "/var/amplia/.config");
  await t.rejects(home({ users: [] }, { ...profile, service: { ...profile.service, user: "../../etc" } }), {
    code: "client-config-home-invalid",
  });
});

t.test("walks through the service user's folders and nobody else's", async (t) => {
  const host = new MemoryHost({ users: [amplia], folders: ["/var/amplia"] });
  await clientConfigStep.plan({ profile, host }, []);
  t.same(host.trusted, [[990]]);
  t.same([...host.nodes.keys()], ["/", "/var", "/var/amplia"], "planning changes nothing");
});

t.test(
  "a user who authenticates in another way is refused by name, and left alone where the profile does " +
    "not name it",
  async (t) => {
    const certificate = equal.replace('"password"', '"certificate"');
    t.match(await thrownBy(plan({ files: { [configPath]: certificate } })), {
      list: [
        {
          code: "client-config-authentication",
          message: 'user "ca_signer" of config.json authenticates in a way that knetctl cannot write',
          detail: 'authentication_type is not "password"',
        },
      ],
    });
    t.match(await thrownBy(plan({ files: { [configPath]: equal.replace('"password"', "3") } })), {
      list: [{ detail: 'authentication_type is not "password"' }],
    });
    t.match(await thrownBy(plan({ files: { [configPath]: equal.replace('"password"', "[]") } })), {
      list: [{ detail: 'authentication_type is a list, not "password"' }],
    });
    const gone = equal.replace(
      '"users": {',
      '"users": { "old": { "authentication_type": "certificate", "connection": "hsm_1" },',
    );
    t.match((await plan({ files: { [configPath]: gone } })).changes, [{ summary: ["user old: removed"] }]);
  },
);

t.test(
  "an address that is spelt differently is no change, and keeps its spelling beside one that changes",
  async (t) => {
    const two = equal.replace(
      '["10.0.0.1"], "port": [60161]',
      '["2001:0DB8:0::7", "10.0.0.1"], "port": [60161, 60161]',
    );
    const vector = (first: string, second: string): Profile => {
      const endpoints: [Endpoint, Endpoint] = [
        { ip: first, port: 60161 },
        { ip: second, port: 60161 },
      ];
      return { ...profile, connections: new Map([["hsm_1", { name: "hsm_1", endpoints }]]) };
    };
    t.same((await plan({ files: { [configPath]: two } }, vector("2001:db8::7", "10.0.0.1"))).changes, []);
    const { changes } = await plan({ files: { [configPath]: two } }, vector("2001:db8::7", "10.0.0.2"));
    t.match(changes, [{ content: two.replace("10.0.0.1", "10.0.0.2") }]);
  },
);
