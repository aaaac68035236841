import fc from "fast-check";
import { parseJson, type JsonNode } from "../../src/formats/json/json-tree.js";
import { path } from "../../src/host/path.js";
import { clientConfig as isValid } from "../../src/generated/validate-client-config.js";
import type { Profile } from "../../src/profile/types.js";
import { wantedClientConfig } from "../../src/vendor/client-config/render-client-config.js";
import {
  type ClientConfig,
  memberOf,
  readClientConfig,
  readsAs,
  sameEndpoints,
} from "../../src/vendor/client-config/client-config.js";
import { clientConfigStep } from "../../src/steps/client-config/step.js";
import { clientConfigs, sameMeaning, spaced, strangers } from "../support/client-config-arbitraries.js";
import { configPath } from "../support/existing-config.js";
import { MemoryHost } from "../support/memory-host.js";
import { attempt, expectPlaceIn, expectPresentable, expectSame } from "./expect-problems.js";
import { mutated, mutations } from "./mutation.js";
import { inTime, type FuzzTarget } from "./target.js";

const tokens = [
  "//",
  "/* */",
  ",",
  ":",
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  "\uFEFF",
  "\r\n",
  "\r",
  "\0",
  "\u2028",
  "\u0085",
  "\t",
  "null",
  "true",
  "-0",
  "1e5",
  "6.0161e4",
  "060161",
  '"60161"',
  "60161.0",
  '"ip": ',
  '"port": ',
  '"connections": {}',
  '"users": ',
  '"__proto__": {}, ',
  '"x": 1,',
  '"x": 1e999, ',
  '"\\ud800": 1,',
  '"log_verbosity": "full",',
  '"connection": "a",',
  '"authentication_type": 1,',
  "[[",
  "{}",
];
const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    60161,
    "60161",
    "060161",
    0,
    null,
    [],
    {},
    ["10.0.0.1"],
    [60161, "1"],
    "10.0.0.1",
    "quiet",
    "a",
  ),
);
const part = fc.dictionary(
  fc.constantFrom("a", "b", "hsm_1", "ip", "port", "connection", "authentication_type", "__proto__", "x"),
  values,
  { maxKeys: 4 },
);
const wrongTypes = fc.record(
  {
    connections: fc.oneof(values, fc.dictionary(fc.constantFrom("hsm_1", "a"), fc.oneof(part, values))),
    users: fc.oneof(values, part, fc.dictionary(fc.constantFrom("ca_signer"), part)),
    log_verbosity: values,
    x: values,
  },
  { requiredKeys: [] },
);
/** A profile without users has no client configuration. */
const wantedConfigs = clientConfigs.filter(({ users }) => users.size > 0);
const indents = fc.constantFrom(undefined, 1, 4, "\t");

const spacedTexts = fc
  .tuple(clientConfigs, strangers, fc.gen(), fc.boolean())
  .map(([config, unknown, gen, other]) => spaced(config, unknown, gen, other ? sameMeaning : undefined).text);
/**
 * Always the same ones, made when they are wanted: free choices within a case take a hundred times as long as
 * the case.
 */
const texts = (count: number) =>
  fc.oneof(
    fc.constantFrom(...fc.sample(spacedTexts, { numRuns: count, seed: 1 })),
    fc.tuple(wrongTypes, indents).map(([tree, indent]) => JSON.stringify(tree, null, indent)),
  );
const filesOf = (some: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 3, arbitrary: some.map((text) => Buffer.from(text)) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(some, mutations(tokens))
        .map(([text, changes]) => mutated(Buffer.from(text), changes)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );

/** config.json files as somebody or something else left them, planned against what a profile wants. */
export const configTarget: FuzzTarget = {
  name: "config",
  shortRuns: 300,
  property: (runs) =>
    fc.asyncProperty(
      filesOf(texts(runs <= 300 && runs > 1 ? 30 : 200)),
      wantedConfigs,
      async (file, wanted) => {
        await inTime(() => holdsFor(file, wanted));
      },
    ),
};

async function holdsFor(file: Buffer, config: ClientConfig): Promise<void> {
  const host = new MemoryHost({ users: [amplia], files: { [configPath]: file } });
  const profile = profileOf(config);
  const before = new Map(host.nodes);
  const planned = await attempt(() => planChanges(host, profile));
  if (host.nodes.size !== before.size || [...before].some(([place, node]) => host.nodes.get(place) !== node))
    throw new Error("planning changed the host");
  if ("problems" in planned) {
    expectPresentable(planned.problems);
    for (const problem of planned.problems) {
      if (problem.where?.path !== configPath) throw new Error(`${problem.code} is not said of the file`);
      if (problem.code !== "client-config-not-utf8")
        expectPlaceIn(file.toString("utf8").replaceAll(/\r\n?/g, "\n"), problem);
    }
    return;
  }
  const [change, ...more] = planned.value;
  if (change === undefined) {
    if (!readsAs(readingOf(file.toString("utf8")), config))
      throw new Error("nothing is planned, and the client would read something else");
    return;
  }
  if (change.kind !== "write-file" || change.path !== configPath || more.length > 0)
    throw new Error(`${change.kind} ${change.path} is planned`);
  if (change.before === null || !Buffer.from(change.before).equals(file))
    throw new Error("the plan knows another file");
  expectGoodEdit(change.before, change.content, config);
  host.files().write(configPath, Buffer.from(change.content), { mode: 0o640, uid: 0, gid: 991 });
  expectSame(await planChanges(host, profile), [], "planned a second time");
}

async function planChanges(host: MemoryHost, profile: Profile) {
  return (await clientConfigStep.plan({ profile, host }, [])).changes;
}

function profileOf({ connections, users, logVerbosity }: ClientConfig): Profile {
  const profile: Profile = {
    source: "p.yaml",
    connections: new Map(
      [...connections].flatMap(([name, [first, ...others]]) =>
        first ? [[name, { name, endpoints: [first, ...others] as const }]] : [],
      ),
    ),
    users: new Map([...users].map(([name, user]) => [name, { name, ...user }])),
    ...(logVerbosity && { logVerbosity }),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    keyStores: new Map(),
  };
  expectSame([...wantedClientConfig(profile).connections], [...connections], "the profile's connections");
  return profile;
}

/** Valid, as wanted, and what neither is unknown nor differs keeps its bytes. */
function expectGoodEdit(before: string, after: string, wanted: ClientConfig): void {
  const data: unknown = JSON.parse(after.replace(/^\uFEFF/, ""));
  if (!isValid(data)) throw new Error(`not as the schema wants it: ${JSON.stringify(isValid.errors)}`);
  if (!readsAs(readingOf(after), wanted))
    throw new Error("the client would read something else than is wanted");
  if (before.trim() === "" || treeOf(before).kind !== "object") return;
  expectSame(
    bytesThatStay(after, wanted, before),
    bytesThatStay(before, wanted, before),
    "bytes of what stays",
  );
  const lead = /^\uFEFF?/.exec(before)?.[0] ?? "";
  if (treeOf(before).kind === "object" && sizeOf(treeOf(before)) > 0 && !after.startsWith(lead))
    throw new Error("the byte order mark is lost");
}

/**
 * Members as they stand in the text: unknown ones, and known ones that say in the text before what is wanted.
 */
function bytesThatStay(
  text: string,
  { connections, users, logVerbosity }: ClientConfig,
  before: string,
): readonly string[] {
  const root = treeOf(text);
  const reading = readingOf(before);
  const staying: string[] = membersBut(text, root, ["connections", "users", "log_verbosity"]);
  if (
    reading.logVerbosity === (logVerbosity ?? "quiet") &&
    memberOf(treeOf(before), "log_verbosity") !== undefined
  )
    staying.push(...memberBytes(text, root, "log_verbosity"));
  for (const [name, endpoints] of connections) {
    const section = memberOf(root, "connections");
    if (sameEndpoints(reading.connections?.get(name), endpoints))
      staying.push(...memberBytes(text, section, name));
    else if (memberOf(memberOf(treeOf(before), "connections"), name)?.kind === "object")
      staying.push(...membersBut(text, memberOf(section, name), ["ip", "port"]));
  }
  for (const [name, user] of users) {
    const read = reading.users?.get(name);
    const section = memberOf(root, "users");
    if (read?.connection === user.connection && read.authenticationType === user.authenticationType)
      staying.push(...memberBytes(text, section, name));
    else if (memberOf(memberOf(treeOf(before), "users"), name)?.kind === "object")
      staying.push(...membersBut(text, memberOf(section, name), ["authentication_type", "connection"]));
  }
  return staying;
}

function membersBut(text: string, node: JsonNode | undefined, known: readonly string[]): string[] {
  return node?.kind === "object"
    ? [...node.members.keys()]
        .filter((name) => !known.includes(name))
        .flatMap((name) => memberBytes(text, node, name))
    : [];
}

function memberBytes(text: string, node: JsonNode | undefined, name: string): string[] {
  const member = node?.kind === "object" ? node.members.get(name) : undefined;
  return member === undefined ? [] : [text.slice(member.key.start, member.value.end)];
}

function readingOf(text: string) {
  return readClientConfig(treeOf(text));
}

function sizeOf(node: JsonNode): number {
  return node.kind === "object" ? node.members.size : 0;
}

function treeOf(text: string): JsonNode {
  const parsed = parseJson(text);
  if ("faults" in parsed) throw new Error(`not JSON: ${parsed.faults[0].reason}`);
  return parsed.root;
}
