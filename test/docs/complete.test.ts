import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { exitCodes } from "../../src/problem/exit-codes.js";
import { codeWordsOf, clone, page } from "./pages.js";

test("every exit code is documented, and no other", (t) => {
  const rows = [...page("docs/reference/exit-codes.md").text.matchAll(/^\| (\d+) +\|/gm)];
  t.strictSame(
    rows.map(([, code]) => Number(code)),
    Object.values(exitCodes),
  );
  t.end();
});

test("every kind, step, outcome and status of a --json document is documented", (t) => {
  const words = new Set(codeWordsOf(page("docs/reference/json.md")));
  const schema: unknown = JSON.parse(readFileSync(join(clone, "schemas/report.schema.json"), "utf8"));
  const known = wordsOf(schema, schema);
  for (const key of ["kind", "step", "outcome", "status"]) t.ok(known.has(key), key);
  t.strictSame(
    ["kind", "step", "status"]
      .flatMap((key) => [...(known.get(key) ?? [])])
      .filter((word) => !words.has(word)),
    [],
  );
  t.end();
});

test("every room is on the map", (t) => {
  const words = new Set(codeWordsOf(page("docs/architecture.md")));
  const rooms = readdirSync(join(clone, "src")).map((name) => `src/${name}`);
  t.strictSame(
    rooms.filter((room) => !words.has(room)),
    [],
  );
  t.end();
});

/** The words that a schema lets stand at each of the keys, wherever the key is. */
function wordsOf(node: unknown, schema: unknown): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const properties: unknown = Reflect.get(value, "properties");
    if (typeof properties === "object" && properties !== null)
      for (const [key, one] of Object.entries(properties)) {
        const words = found.get(key) ?? new Set();
        found.set(key, new Set([...words, ...choices(one, schema)]));
      }
    for (const one of Object.values(value)) visit(one);
  };
  visit(node);
  return found;
}

function choices(node: unknown, schema: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const ref: unknown = Reflect.get(node, "$ref");
  if (typeof ref === "string") return choices(at(schema, ref.replace("#/", "").split("/")), schema);
  const all: unknown = Reflect.get(node, "enum") ?? [Reflect.get(node, "const")];
  return Array.isArray(all) ? all.filter((one) => typeof one === "string") : [];
}

function at(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    node,
  );
}
