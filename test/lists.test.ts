import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import t from "tap";
import { checks as doctorChecks } from "../src/commands/doctor/checks.js";
import { isGroup } from "../src/commands/verb.js";
import { verbs } from "../src/commands/verbs.js";
import { consumerTypes } from "../src/consumers/consumer-types.js";
import { consumerOf } from "../src/consumers/consumers.js";
import { checksOf } from "../src/pkcs11/worker/checks/index.js";
import { keyStoreTypes } from "../src/profile/key-stores/key-store-types.js";
import { changeKinds } from "../src/workflow/change-kinds/index.js";

const src = join(import.meta.dirname, "../src");

/** What is added by a file and a line in a list: nothing else would notice that the line is missing. */
const lists: readonly {
  readonly what: string;
  /** Where such files are, and the folders below. */
  readonly folder: string;
  /** What tells one of them among all that files there export. */
  readonly keys: readonly string[];
  readonly listed: readonly unknown[];
}[] = [
  {
    what: "verb",
    folder: "commands",
    keys: ["name", "words", "options", "examples", "run"],
    listed: verbs.flatMap((one) => (isGroup(one) ? one.verbs : [one])),
  },
  {
    what: "group of verbs",
    folder: "commands",
    keys: ["name", "describe", "verbs"],
    listed: verbs.filter(isGroup),
  },
  {
    what: "check of doctor",
    folder: "commands/doctor",
    keys: ["id", "title", "look"],
    listed: doctorChecks,
  },
  {
    what: "type of key store",
    folder: "profile/key-stores",
    keys: ["keys", "references", "needs", "check"],
    listed: [...keyStoreTypes.values()],
  },
  {
    what: "consumer",
    folder: "consumers/types",
    keys: ["title", "keys", "pin", "place", "text"],
    listed: consumerTypes.map(consumerOf),
  },
  {
    what: "kind of change",
    folder: "workflow/change-kinds",
    keys: ["record", "perform", "observe", "undo"],
    listed: Object.values(changeKinds),
  },
  {
    what: "check of the smoke test",
    folder: "pkcs11/worker/checks",
    keys: ["id", "refused", "perform"],
    listed: (["smoke", "inventory", "leftovers", "timed", "timed-paused"] as const).flatMap(checksOf),
  },
];

/** What files of src below a folder export, each with the file that it is from. */
async function exportsBelow(folder: string): Promise<readonly (readonly [file: string, value: unknown])[]> {
  const files = readdirSync(join(src, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)))
    .sort();
  const found = files.map(async (file) => {
    const module: unknown = await import(`../src/${file.replace(/\.ts$/, ".js")}`);
    return Object.values(module as Readonly<Record<string, unknown>>).map((value) => [file, value] as const);
  });
  return (await Promise.all(found)).flat();
}

for (const { what, folder, keys, listed } of lists)
  t.test(`every ${what} that a file of src/${folder} exports is in its list`, async (t) => {
    const isOne = (value: unknown): boolean =>
      typeof value === "object" && value !== null && keys.every((key) => key in value);
    const found = (await exportsBelow(folder)).filter(([, value]) => isOne(value));
    const unlisted = found.filter(([, value]) => !listed.includes(value)).map(([file]) => file);
    t.strictSame(unlisted, []);
    const values = new Set(found.map(([, value]) => value));
    const strange = listed.filter((one) => !values.has(one));
    t.equal(strange.length, 0, "each that is listed is found by its keys");
    t.not(listed.length, 0);
  });
