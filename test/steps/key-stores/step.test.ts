import t from "tap";
import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import type { KeyStore, Profile } from "../../../src/profile/types.js";
import { keyStoresStep } from "../../../src/steps/key-stores/step.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";
import {
  amplia,
  file,
  hsm,
  plan,
  profileOf,
  record,
  section,
  source,
  target,
  written,
} from "./step-scene.js";

t.test(
  "on a host without settings: folder, file and record, with the documented rights, and no secret in " +
    "what can be shown",
  async (t) => {
    const { changes } = await plan([hsm], { folders: ["/etc"] });
    t.match(changes, [
      { kind: "create-folder", path: "/etc/amplia", mode: 0o750, owner: "root", group: "amplia" },
      { kind: "write-settings", path: file, mode: 0o640, owner: "root", group: "amplia", before: null },
      {
        kind: "write-file",
        path: record,
        mode: 0o600,
        owner: "root",
        group: "root",
        content: written(["Hsm"]),
      },
    ]);
    const [, write] = changes;
    t.equal(write?.kind === "write-settings" && write.content?.reveal(), section);
    t.notMatch(JSON.stringify(changes), /1234/);
  },
);

t.test("a file that says all that already, by somebody else: nothing, and no record", async (t) => {
  const { changes } = await plan([hsm], { files: { [file]: section } });
  t.match(
    changes.map(({ kind, path: at }) => [kind, at]),
    [
      ["set-owner", "/etc/amplia"],
      ["set-mode", "/etc/amplia"],
      ["set-owner", file],
    ],
  );
});

t.test(
  "root's private file under the name of the settings, where the service user could have moved it, " +
    "is named and not given away",
  async (t) => {
    const at = "/var/amplia/appsettings.conf";
    const inHome: KeyStore = { ...hsm, target: { path: path(at), form: "ini" } };
    const codes = async (
      folder: { uid: number; mode: number },
      file: { uid?: number; gid?: number; mode: number },
    ): Promise<readonly string[]> => {
      const host = new MemoryHost({ users: [amplia], groups: [{ group: "amplia", gid: 991 }] });
      host.nodes.set("/var", { kind: "folder", mode: 0o755, uid: 0, gid: 0 });
      host.nodes.set("/var/amplia", { kind: "folder", gid: 991, ...folder });
      host.nodes.set(at, {
        kind: "file",
        uid: 0,
        gid: 0,
        content: Buffer.from("[Root]\nSecret=1\n"),
        ...file,
      });
      const { problems } = await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
        { profile: profileOf([inHome]), host },
        [],
      );
      for (const { hint } of problems)
        t.notMatch(hint, /chgrp|chmod|chown/, "no command on what that user may exchange");
      return problems
        .filter(({ code }) => code === "settings-private")
        .map(({ severity, where }) => `${severity} ${where?.path ?? ""}`);
    };
    const [services, roots, open] = [
      { uid: 990, mode: 0o755 },
      { uid: 0, mode: 0o755 },
      { uid: 0, mode: 0o775 },
    ];
    t.same(await codes(services, { mode: 0o600 }), [`error ${at}`]);
    t.same(await codes(services, { mode: 0o640 }), [`error ${at}`]);
    t.same(await codes(open, { mode: 0o600 }), [`error ${at}`]);
    for (const file of [{ mode: 0o644 }, { mode: 0o640, gid: 991 }, { mode: 0o600, uid: 990 }])
      t.same(await codes(services, file), []);
    t.same(await codes(roots, { mode: 0o600 }), []);
  },
);

t.test(
  "where only the settings of an Amplia before 4.0 are, no file is made that it would never read",
  async (t) => {
    const old = { "/etc/amplia/appsettings.linux.json": "{}" };
    const codes = async (options: MemoryHostOptions, more: Partial<Profile> = {}) =>
      (await plan([hsm], options, "1234", more)).problems.map(
        ({ severity, code, where }) => `${severity} ${code} ${where?.path ?? ""}`,
      );
    const is = (severity: string) => [`${severity} settings-older-amplia ${file}`];
    t.match(await codes({ files: old }), is("error"));
    t.match(await codes({ files: old }, { ampliaVersion: "3.15.2" }), is("error"));
    t.match(await codes({ files: old }, { ampliaVersion: "4.8.0" }), is("warning"));
    t.notMatch(await codes({ files: { ...old, [file]: "" } }), is("error"), "both are there");
    t.notMatch(await codes({ folders: ["/etc"] }), is("error"), "neither is there");
  },
);

t.test("what another service's profile wrote stays, whatever this one says", async (t) => {
  const { changes, notes } = await plan([], {
    files: { [file]: section, [record]: written(["Hsm"], "other") },
  });
  t.same(changes, []);
  t.same(notes, []);
});

t.test("profiles of two services find nothing to do on one host, whichever was applied last", async (t) => {
  const other = path("/etc/amplia/other.conf");
  const files = [
    { path: file, form: "ini", service: "amplia", keyStores: ["Hsm"] },
    { path: other, form: "ini", service: "other", keyStores: ["Own"] },
  ];
  const text = `${JSON.stringify({ format: 1, files }, null, 1)}\n`;
  for (const own of [file, other]) {
    const mine: KeyStore = {
      ...hsm,
      name: own === file ? "Hsm" : "Own",
      target: { path: path(own), form: "ini" },
    };
    const host = new MemoryHost({
      users: [amplia, { ...amplia, user: "other" }],
      groups: [{ group: "amplia", gid: 991 }],
      files: { [file]: section, [other]: section.replace("Hsm", "Own"), [record]: text },
    });
    const profile = {
      ...profileOf([mine]),
      service: { ...profileOf([]).service, user: own === file ? "amplia" : "other" },
    };
    const { changes } = await keyStoresStep(new Map([[source, new Secret("1234")]])).plan(
      { profile, host },
      [],
    );
    t.same(
      changes.filter(({ path: at }) => at === record),
      [],
    );
  }
});

t.test(
  "what this service's profile wrote into a file that it no longer names is taken away there",
  async (t) => {
    const { changes } = await plan([], {
      files: { [file]: `; mine\n\n${section}`, [record]: written(["Hsm"]) },
    });
    const write = changes.find(({ kind }) => kind === "write-settings");
    t.equal(write?.kind === "write-settings" && write.content?.reveal(), "; mine\n");
    t.match(changes.at(-1), {
      path: record,
      content: `${JSON.stringify({ format: 1, files: [] }, null, 1)}\n`,
    });
  },
);

t.test("without key_stores in the profile nothing is looked at", async (t) => {
  t.same(await plan(undefined, { files: { [file]: "no equals sign", [record]: "no JSON" } }), {
    changes: [],
    problems: [],
    notes: [],
  });
});

t.test(
  "a file that the application would refuse, or that is none, is a problem with its place",
  async (t) => {
    const twice = "[KeyStores:Hsm]\nPin=1\npin = 2\n";
    const refused = await plan([hsm], { files: { [file]: twice } }).then(
      () => undefined,
      (error: unknown) => error,
    );
    t.match(refused, { list: [{ code: "settings-duplicate-key", where: { path: file, line: 3 } }] });
    await t.rejects(plan([hsm], { folders: [file] }), { code: "settings-not-a-file" });
    await t.rejects(plan([hsm], { files: { [file]: new Uint8Array(5 * 1024 * 1024 + 1) } }), {
      code: "settings-too-large",
    });
    await t.rejects(plan([hsm], { files: { [file]: Buffer.from("a=\xff\n", "latin1") } }), {
      code: "settings-not-utf8",
      where: { line: 1, column: 3 },
    });
    await t.rejects(plan([hsm], { files: { [record]: "{}" } }), { code: "key-store-receipt-invalid" });
  },
);

t.test("a PIN that the form cannot hold is refused with the forms that can, and not shown", async (t) => {
  const refused = await plan([hsm], {}, "12\n34").then(
    () => undefined,
    (error: unknown) => error,
  );
  t.match(refused, {
    list: [
      { code: "settings-cannot-hold", message: "an ini file cannot hold KeyStores:Hsm:Pin", hint: /json/ },
    ],
  });
  t.notMatch(JSON.stringify(refused), /34/);
});

t.test("without permission to look: a note, and no change is made up", async (t) => {
  const { changes, notes, unseen } = await plan([hsm], {
    files: { [file]: section },
    forbidden: ["/etc/amplia"],
  });
  t.same([changes, unseen], [[], true]);
  t.match(notes, [/could not see the application's settings: .*\/etc\/amplia/]);
});

t.test(
  "a file that knetctl wrote for another service user, or in another form, is refused before " +
    "anything changes",
  async (t) => {
    const code = async (stores: readonly KeyStore[], text: string) =>
      plan(stores, { files: { [file]: section, [record]: text } }).then(
        () => undefined,
        (error: unknown) => error,
      );
    t.match(await code([hsm], written(["Hsm"], "other")), {
      list: [{ code: "settings-other-service", where: { path: file } }],
    });
    t.match(await code([{ ...hsm, target: { ...target, form: "systemd" } }], written(["Hsm"])), {
      list: [{ code: "settings-other-form", where: { path: file } }],
    });
  },
);
