import t from "tap";
import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import type { PinSource, Profile, ProfileConsumer } from "../../../src/profile/types.js";
import { consumersStep } from "../../../src/steps/consumers/step.js";
import type { Change } from "../../../src/workflow/change.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";

const source: PinSource = { from: "file", path: path("/run/pin") };
const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const record = "/var/lib/knetctl/consumers.json";

const engine: ProfileConsumer = {
  name: "tls",
  type: "openssl-engine",
  service: "amplia",
  token: "ca",
  module: "libkNETPKCS11.so",
  file: path("/etc/ssl/tls.cnf"),
  pinFile: path("/etc/knet-pins/amplia.tls.pin"),
  pin: source,
  keys: {},
};
const krill: ProfileConsumer = {
  name: "rpki",
  type: "krill",
  service: "amplia",
  token: "ca",
  module: "libkNETPKCS11.so",
  file: path("/etc/krill.conf"),
  pin: source,
  keys: {},
};

function profileOf(consumers: readonly ProfileConsumer[] | undefined, user = "amplia"): Profile {
  return {
    source: "profile.yaml",
    connections: new Map(),
    users: new Map(),
    service: { user, group: user, create: false, startTimeoutSeconds: 60 },
    ...(consumers && { consumers: new Map(consumers.map((one) => [one.name, one])) }),
  };
}

function plan(
  consumers: readonly ProfileConsumer[] | undefined,
  {
    pin = "1234",
    user = "amplia",
    ...options
  }: MemoryHostOptions & { pin?: string | null; user?: string } = {},
) {
  const host = new MemoryHost({ users: [amplia], groups: [{ group: "amplia", gid: 991 }], ...options });
  const secrets = new Map(pin === null ? [] : [[source, new Secret(pin)]]);
  return consumersStep(secrets).plan({ profile: profileOf(consumers, user), host }, []);
}

function textOf(changes: readonly Change[], file: string): string | undefined {
  const change = changes.find(({ path: at }) => at === file);
  if (change?.kind === "write-file") return change.content;
  return change?.kind === "write-settings" ? change.content?.reveal() : undefined;
}

/** What a first apply leaves, as files of a host. */
async function applied(consumers: readonly ProfileConsumer[]): Promise<Record<string, string>> {
  const { changes } = await plan(consumers);
  return Object.fromEntries(
    changes.flatMap(({ path: at }) => {
      const text = textOf(changes, at);
      return text === undefined ? [] : [[at, text] as const];
    }),
  );
}

const contents = (changes: readonly Change[]) =>
  changes
    .filter(({ kind }) => kind !== "set-mode" && kind !== "set-owner")
    .map(({ kind, path: at }) => `${kind} ${at}`);

t.test("a profile that does not mention consumers leaves them alone", async (t) => {
  t.same(await plan(undefined, { files: await applied([engine]) }), { changes: [], problems: [], notes: [] });
  t.same((await plan([])).changes, [], "and an empty list on a new host writes nothing, not even a record");
});

t.test("a second plan has no change of content", async (t) => {
  const { changes } = await plan([engine, krill], { files: await applied([engine, krill]) });
  t.same(contents(changes), []);
});

t.test("without the PIN, what is there counts as up to date, and that is said", async (t) => {
  const { changes, notes } = await plan([engine, krill], {
    files: await applied([engine, krill]),
    pin: null,
  });
  t.same(contents(changes), []);
  t.match(notes, [/PIN of consumer tls in .*tls\.pin/, /PIN of consumer rpki in \/etc\/krill\.conf/]);
});

t.test("another PIN changes the PIN file, and the entry that holds it", async (t) => {
  const { changes } = await plan([engine, krill], {
    files: await applied([engine, krill]),
    pin: "5678",
  });
  t.same(contents(changes), [`write-settings ${engine.pinFile!}`, `write-settings ${krill.file!}`]);
  t.match(changes[0], { summary: ["consumer tls: PIN of ca <changed>"] });
});

t.test("what one changes its file from goes", async (t) => {
  const moved = { ...engine, file: path("/etc/ssl/other.cnf"), pinFile: path("/etc/knet-pins/other.pin") };
  const { changes } = await plan([moved], { files: await applied([engine]) });
  t.same(contents(changes), [
    `remove-entry ${engine.file!}`,
    `remove-entry ${engine.pinFile!}`,
    `write-settings ${moved.pinFile}`,
    `write-file ${moved.file}`,
    `write-file ${record}`,
  ]);
});

t.test("of a file that knetctl made for its entry, nothing stays; somebody's own is as before", async (t) => {
  const made = await plan([], { files: await applied([krill]) });
  t.same(contents(made.changes), [`remove-entry ${krill.file!}`, `write-file ${record}`]);
  const files = { ...(await applied([krill])) };
  files[krill.file!] = `own = 1\n\n${files[krill.file!]!}`;
  const { changes } = await plan([], { files });
  t.equal(textOf(changes, krill.file!), "own = 1\n");
});

t.test("a file that is not knetctl's is refused, one with the same PIN is used and stays", async (t) => {
  await t.rejects(plan([engine], { files: { [engine.file!]: "own\n" } }), { code: "consumer-file-foreign" });
  await t.rejects(plan([engine], { files: { [engine.pinFile!]: "0000" } }), {
    code: "consumer-file-foreign",
  });
  const files = { [engine.pinFile!]: "1234" };
  const { changes } = await plan([engine], { files, folders: ["/etc/ssl"] });
  t.same(contents(changes), [`write-file ${engine.file!}`, `write-file ${record}`]);
  t.match(JSON.parse(textOf(changes, record)!), {
    consumers: [{ name: "tls", wroteText: true, wrotePin: false }],
  });
});

t.test("a file whose head says that knetctl wrote it is knetctl's, also without a record", async (t) => {
  const files = await applied([engine]);
  const left = {
    [engine.pinFile!]: files[engine.pinFile!]!,
    [engine.file!]: `${files[engine.file!]!}# more\n`,
  };
  t.same(contents((await plan([engine], { files: left })).changes), [
    `write-file ${engine.file!}`,
    `write-file ${record}`,
  ]);
});

t.test("what knetctl wrote for another service is not this one's", async (t) => {
  const files = await applied([engine]);
  await t.rejects(plan([engine], { files, user: "other" }), { name: "Problems" });
  t.same(contents((await plan([], { files, user: "other" })).changes), []);
});

t.test("a damaged record is a problem, and no reason to touch anything", async (t) => {
  for (const text of ["{", "{}", '{"format":1,"consumers":[{}]}'])
    await t.rejects(
      plan([engine], { files: { [record]: text } }),
      { code: "consumer-receipt-invalid" },
      text,
    );
});

t.test("a file that cannot be edited is refused, with its place and none of its text", async (t) => {
  const own = { [krill.file!]: "a = 1\npin = 'secret-4711\n" };
  const refused = await plan([krill], { files: own }).catch((error: unknown) => error);
  t.match(refused, { code: "consumer-file-refused", where: { path: krill.file, line: 2 } });
  t.notMatch(JSON.stringify(refused), "4711");
  const two = { [krill.file!]: '[[signers]]\nname = "x"\n' };
  await t.rejects(plan([krill], { files: two }), {
    code: "consumer-file-refused",
    detail: /no default_signer/,
  });
});

t.test("a module path at which nothing will be is warned of", async (t) => {
  const lost = { ...engine, module: "/opt/libkNETPKCS11.so" };
  t.match((await plan([lost])).problems, [{ code: "consumer-module-missing", severity: "warning" }]);
});
