import type { Handle } from "pkcs11js";
import { test } from "tap";
import { destroy, leftovers } from "../../../../src/pkcs11/worker/checks/cleanup.js";
import type { Check, Run } from "../../../../src/pkcs11/worker/checks/check.js";
import { find } from "../../../../src/pkcs11/worker/checks/find-objects.js";
import { inventory } from "../../../../src/pkcs11/worker/checks/inventory.js";

const [label, id] = ["knetctl-smoke-0123456789ab", "the run's ID"];
const own = [label, id];

interface Token {
  /** Label and ID of each object; none: the module does not give them. */
  readonly objects: readonly (readonly string[])[];
  readonly misled?: boolean;
  /** Destroys nothing, although it says so. */
  readonly pretends?: boolean;
}

/** What a check says of a token on which all objects were made by the run, as the module says. */
function detailOf(check: Check, { objects, misled = false, pretends = false }: Token): string | undefined {
  const left = new Map(objects.map((names, at): [number, readonly string[]] => [at + 1, names]));
  let found: readonly Handle[] = [];
  const run = {
    request: { objectLabel: label, task: "smoke" },
    library: {
      C_FindObjectsInit: () => (found = [...left.keys()].map((handle) => Buffer.of(handle))),
      C_FindObjects: () => {
        const some = found;
        found = [];
        return some;
      },
      C_FindObjectsFinal: () => undefined,
      C_GetAttributeValue: (_session: Handle, handle: Handle, types: readonly object[]) =>
        types.map((_, at) => {
          const name = left.get(handle[0] ?? 0)?.[at];
          return { value: name === undefined ? undefined : Buffer.from(name) };
        }),
      C_DestroyObject: (_session: Handle, handle: Handle) => pretends || left.delete(handle[0] ?? 0),
    },
    session: Buffer.of(1),
    asked: new Map([[id, objects.length]]),
    created: [...left.keys()].map((handle) => Buffer.of(handle)),
    life: "session",
    misled,
    tell: () => undefined,
  } as unknown as Run;
  return check.perform(run).detail;
}

/** The same with one object, and with two. */
function details(check: Check, names: readonly string[], more: Omit<Token, "objects"> = {}) {
  return [[names], [names, names]].map((objects) => detailOf(check, { objects, ...more }));
}

test("objects that a search finds are counted: one, or several", async (t) => {
  for (const check of [find, inventory]) t.strictSame(details(check, own), ["1 object", "2 objects"]);
});

test("objects that are destroyed, or left alone, are counted: one, or several", async (t) => {
  t.strictSame(details(destroy, own), ["1 object", "2 objects"]);
  const unreported = "the module does not report the label and ID that";
  t.strictSame(details(destroy, []), [
    `1 of 1 object was left alone: ${unreported} it was made with`,
    `2 of 2 objects were left alone: ${unreported} they were made with`,
  ]);
});

test("what a run leaves is counted: one, or several", async (t) => {
  t.strictSame(details(leftovers, own), [
    "1 object was left over, and has now been removed",
    "2 objects were left over, and have now been removed",
  ]);
  t.strictSame(details(leftovers, own, { misled: true }), [
    "1 object was left: nothing was destroyed",
    "2 objects were left: nothing was destroyed",
  ]);
  t.strictSame(details(leftovers, own, { pretends: true }), [
    "1 object remains on the token",
    "2 objects remain on the token",
  ]);
  const half = "both that label and one of the run's IDs";
  t.strictSame(details(leftovers, [label, "another ID"]), [
    `1 object found by this run's label does not report ${half}, and was left alone`,
    `2 objects found by this run's label do not report ${half}, and were left alone`,
  ]);
});

test("what is found besides is counted: one, or several", async (t) => {
  const foreign = "the module's search for a label finds other objects too";
  t.strictSame(details(leftovers, ["another", "another ID"]), [
    `${foreign}: 1 that is not of this run was left alone`,
    `${foreign}: 2 that are not of this run were left alone`,
  ]);
  const half = [label, "another ID"];
  t.strictSame(
    [[half], [half, half]].map((others) => detailOf(leftovers, { objects: [own, ...others] })),
    [
      "1 object was left over, and has now been removed; " +
        "1 more has only the run's label or one of its IDs, and was left alone",
      "1 object was left over, and has now been removed; " +
        "2 more have only the run's label or one of its IDs, and were left alone",
    ],
  );
});
