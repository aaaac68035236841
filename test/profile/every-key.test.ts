import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { profileKeys } from "../../scripts/manual/profile-keys.mjs";
import { consumerTypes } from "../../src/consumers/consumer-types.js";
import { path } from "../../src/host/path.js";
import { buildProfile } from "../../src/profile/build-profile.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import { type Entry, entryOf, textOf, type TreeNode } from "../../src/profile/reading/tree.js";

/** Maps from names that the user gives; all others have the schema's keys. */
const named = new Set(["connections", "users", "key_stores", "consumers"]);

/** Keys that say nothing which a profile could hold. */
const withoutMeaning = [
  // there is only the one type, which the schema demands
  "users.NAME.authentication_type",
  // the source that is left where no other is named
  "users.NAME.pin.prompt",
];

/** Every map that a profile may have, and one of each type. What is optional is asked for, there or not. */
const text = [
  "connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] }, b: { ip: 10.1.2.4, port: 1 } }",
  "users: { u: { connection: a, pin: { fd: 3 } }, v: { connection: b } }",
  "module: { archive: kNET.tar }",
  "service: {}",
  "proof: {}",
  "amplia: {}",
  "key_stores:",
  "  users: { type: Pkcs11, user: u, target: { file: /etc/x, form: ini } }",
  "  other: { type: Pkcs11, module: m.so }",
  "  knet: { type: Kryptus, host: 10.1.2.3, port: 1, root_username: u, root_password: { fd: 3 } }",
  "  azure: { type: AzureKeyVault, endpoint: 'https://x.vault.azure.net/', app_id: x }",
  "  dinamo: { type: Dinamo, address: 10.0.0.9, user: u, password: { fd: 3 } }",
  "consumers:",
  ...consumerTypes.map((type) => `  ${type}: { type: ${type} }`),
].join("\n");

test("every key of the schema is read where the profile is built", async (t) => {
  const file = join(import.meta.dirname, "../../schemas/profile.schema.json");
  const schema: unknown = JSON.parse(readFileSync(file, "utf8"));
  const reading = await readProfile(Buffer.from(text), "p.yaml");
  if (!("document" in reading)) throw new Error(JSON.stringify(reading.problems));
  const asked = new Set<string>();
  buildProfile(watched(reading.document.root, "", asked), "p.yaml", path("/etc/knetctl"));
  const unread = profileKeys(schema).filter((key) => !asked.has(key.path));
  t.strictSame(
    unread.map((key) => key.path),
    withoutMeaning,
    "a profile may have them, and nothing reads them: see src/profile/build-profile.ts",
  );
});

/** A map that notes which keys it is asked for, each under its path. */
class WatchedMap extends Map<string, Entry> {
  readonly #note: (key: string) => void;

  constructor(entries: Iterable<readonly [string, Entry]>, note: (key: string) => void) {
    super(entries);
    this.#note = note;
  }

  override get(key: string): Entry | undefined {
    this.#note(key);
    return super.get(key);
  }
}

/** The same tree, whose maps note what they are asked for: `users.NAME.pin`, as `profileKeys` writes it. */
function watched(node: TreeNode, at: string, asked: Set<string>): TreeNode {
  if (node.kind === "scalar") return node;
  if (node.kind === "list")
    return { ...node, items: node.items.map((item) => watched(item, `${at}[]`, asked)) };
  const under = (key: string, value?: TreeNode): string => {
    if (!named.has(at)) return at === "" ? key : `${at}.${key}`;
    const type = textOf(entryOf(value, "type")?.value);
    return `${at}.NAME${type === undefined ? "" : ` (${type})`}`;
  };
  const entries = [...node.entries].map(([key, entry]): [string, Entry] => [
    key,
    { ...entry, value: watched(entry.value, under(key, entry.value), asked) },
  ]);
  return {
    ...node,
    entries: new WatchedMap(entries, (key) => {
      asked.add(under(key));
      // which the schema has once more, for all types
      if (key === "type") asked.add(under(key).replace(/ \(.+\)/, ""));
    }),
  };
}
