import t from "tap";
import { path } from "../../../src/host/path.js";
import { Problems } from "../../../src/problem/problem.js";
import { Secret } from "../../../src/problem/secret.js";
import type { KeyStore } from "../../../src/profile/types.js";
import { keyStoresStep } from "../../../src/steps/key-stores/step.js";
import { MemoryHost } from "../../support/memory-host.js";
import { amplia, file, hsm, plan, profileOf, record, section, source, written } from "./step-scene.js";

t.test("a folder in which another service has its settings is not taken from it", async (t) => {
  const others = { path: "/etc/amplia/other.conf", form: "ini", service: "other", keyStores: ["Its"] };
  const recorded = { [record]: JSON.stringify({ format: 1, files: [others] }), "/etc/amplia/other.conf": "" };
  const its = { user: "other", uid: 880, gid: 881, home: path("/var/other") };
  const outcome = async (
    gid: number,
    {
      at = "/etc/amplia",
      mode = 0o750,
      files = recorded,
    }: { at?: string; mode?: number; files?: Record<string, string> } = {},
  ) => {
    const host = new MemoryHost({
      users: [amplia, its],
      groups: [
        { group: "amplia", gid: 991 },
        { group: "other", gid: 881 },
      ],
      files,
      folders: [at],
    });
    host.nodes.set(at, { kind: "folder", mode, uid: 0, gid });
    for (const [name, node] of host.nodes)
      if (name.startsWith("/etc/amplia/")) host.nodes.set(name, { ...node, gid: 881 });
    const store: KeyStore = { ...hsm, target: { path: path(`${at}/appsettings.conf`), form: "ini" } };
    try {
      await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
        { profile: profileOf([store]), host },
        [],
      );
      return "planned";
    } catch (error) {
      return error instanceof Problems
        ? error.list.map(({ code, where }) => `${code} ${where?.path ?? ""}`).join()
        : error;
    }
  };
  t.equal(await outcome(881), "settings-other-service /etc/amplia");
  t.equal(
    await outcome(0, { mode: 0o755 }),
    "settings-other-service /etc/amplia",
    "it would be taken from everybody",
  );
  t.equal(await outcome(991), "planned", "both services have one group");
  t.equal(
    await outcome(881, { files: { "/etc/amplia/other.conf": "" } }),
    "settings-other-service /etc/amplia",
    "nobody wrote down whose file it is",
  );
  t.equal(await outcome(881, { files: {} }), "planned", "nobody has anything in it");
  const elsewhere = {
    [record]: JSON.stringify({ format: 1, files: [{ ...others, path: "/etc/keys/other.conf" }] }),
  };
  t.equal(
    await outcome(881, { at: "/etc/keys", files: elsewhere }),
    "settings-other-service /etc/keys",
    "this service could not enter",
  );
  t.equal(await outcome(0, { at: "/etc/keys", mode: 0o755, files: elsewhere }), "planned");
});

t.test(
  "settings in a folder that the service user cannot enter, or below one, are never written for nobody",
  async (t) => {
    const its = { user: "other", uid: 880, gid: 881, home: path("/var/other") };
    const problems = async (
      at: string,
      closed: string,
      rights: { uid?: number; gid?: number; mode: number },
      { form = "ini", service = "other" }: { form?: "ini" | "systemd"; service?: string } = {},
    ) => {
      const files = [{ path: "/etc/amplia/other.conf", form: "ini", service, keyStores: ["Its"] }];
      const host = new MemoryHost({
        users: [amplia, its],
        groups: [
          { group: "amplia", gid: 991 },
          { group: "other", gid: 881 },
          { group: "wheel", gid: 7, members: ["amplia"] },
        ],
        files: { [record]: JSON.stringify({ format: 1, files }) },
        folders: [closed],
      });
      host.nodes.set(closed, { kind: "folder", uid: 0, gid: 0, ...rights });
      const store: KeyStore = { ...hsm, target: { path: path(at), form } };
      const plan = await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
        { profile: profileOf([store]), host },
        [],
      );
      return plan.problems
        .filter(({ code }) => code === "settings-unreachable")
        .map(({ severity, detail = "" }) => `${severity} ${detail.split(" ")[0] ?? ""}`);
    };
    const private_ = { mode: 0o700 };
    t.same(await problems("/etc/private/a.conf", "/etc/private", private_), ["error /etc/private"]);
    t.same(
      await problems("/etc/private/new/a.conf", "/etc/private", private_),
      ["error /etc/private"],
      "a folder that is made there is of no use",
    );
    t.same(
      await problems("/etc/amplia/sub/a.conf", "/etc/amplia", { gid: 881, mode: 0o750 }),
      ["error /etc/amplia"],
      "knetctl gave it to another service",
    );
    t.same(
      await problems("/etc/keys/a.conf", "/etc/keys", { gid: 881, mode: 0o750 }),
      ["warning /etc/keys"],
      "an access list may let it in",
    );
    t.same(
      await problems("/etc/private/a.conf", "/etc/private", private_, { form: "systemd" }),
      [],
      "systemd reads it as root",
    );
    for (const rights of [
      { mode: 0o711 },
      { gid: 991, mode: 0o750 },
      { gid: 7, mode: 0o710 },
      { uid: 990, mode: 0o700 },
    ])
      t.same(await problems("/etc/keys/a.conf", "/etc/keys", rights), []);
    t.same(
      await problems("/etc/amplia/a.conf", "/etc/amplia", private_, { service: "amplia" }),
      [],
      "the plan lets the group in",
    );
  },
);

t.test("a folder that the same plan makes already, such as the home, is not made twice", async (t) => {
  const inHome: KeyStore = { ...hsm, target: { path: path("/var/amplia/app/settings.conf"), form: "ini" } };
  const home = {
    kind: "create-folder",
    step: "account",
    path: path("/var/amplia"),
    owner: "amplia",
    group: "amplia",
    mode: 0o750,
  } as const;
  const host = new MemoryHost({ folders: ["/var"] });
  const { changes } = await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
    { profile: profileOf([inHome]), host },
    [home],
  );
  t.same(
    changes.filter(({ kind }) => kind === "create-folder").map(({ path: at }) => at),
    ["/var/amplia/app"],
  );
});

t.test("a group of two names is one group", async (t) => {
  const host = new MemoryHost({
    users: [amplia],
    groups: [
      { group: "first", gid: 991 },
      { group: "amplia", gid: 991 },
    ],
    files: { [file]: section, [record]: written(["Hsm"]) },
  });
  for (const [name, mode] of [
    ["/etc/amplia", 0o750],
    [file, 0o640],
  ] as const)
    host.nodes.set(name, { ...host.nodes.get(name)!, uid: 0, gid: 991, mode });
  const { changes } = await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
    { profile: profileOf([hsm]), host },
    [],
  );
  t.same(changes, []);
});

t.test("a folder of another name that exists is left as it is", async (t) => {
  const elsewhere: KeyStore = { ...hsm, target: { path: path("/etc/default/amplia.env"), form: "env" } };
  const { changes } = await plan([elsewhere], { folders: ["/etc/default"] });
  t.same(
    changes.map(({ kind, path: at }) => [kind, at]),
    [
      ["write-settings", "/etc/default/amplia.env"],
      ["write-file", record],
    ],
  );
});

t.test("two files in one missing folder: it is made once", async (t) => {
  const json: KeyStore = {
    ...hsm,
    name: "J",
    target: { path: path("/srv/a/b/appsettings.json"), form: "json" },
  };
  const env: KeyStore = { ...hsm, name: "E", target: { path: path("/srv/a/amplia.env"), form: "env" } };
  const { changes } = await plan([json, env], { folders: ["/srv"] });
  t.match(
    changes.filter(({ kind }) => kind === "create-folder"),
    [
      { path: "/srv/a", mode: 0o750 },
      { path: "/srv/a/b", mode: 0o750 },
    ],
  );
});
