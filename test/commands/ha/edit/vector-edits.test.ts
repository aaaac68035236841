import fc from "../../../support/fast-check.js";
import { test } from "tap";
import { editedVector, type VectorEdit } from "../../../../src/commands/ha/edit/vector-edits.js";
import type { Endpoint } from "../../../../src/profile/types.js";

const at = (last: number): Endpoint => ({ ip: `10.0.0.${last}`, port: 60161 });
const [a, b, c, d] = [at(1), at(2), at(3), at(4)];
const edit = (
  verb: VectorEdit["verb"],
  endpoints: readonly Endpoint[],
  place: VectorEdit["place"] = "last",
): VectorEdit => ({ verb, connection: "hsm_1", endpoints, place });

test("add goes to the end, to the front, or before another; in the order given", (t) => {
  t.strictSame(editedVector([a, b], edit("add", [c, d])), [a, b, c, d]);
  t.strictSame(editedVector([a, b], edit("add", [c, d], "first")), [c, d, a, b]);
  t.strictSame(editedVector([a, b], edit("add", [c, d], { before: at(2) })), [a, c, d, b]);
  t.end();
});

test("remove, promote and set", (t) => {
  t.strictSame(editedVector([a, b, c], edit("remove", [at(2)])), [a, c]);
  t.strictSame(editedVector([a, b, c], edit("promote", [at(3)])), [c, a, b]);
  t.strictSame(editedVector([a, b, c], edit("promote", [at(1)])), [a, b, c]);
  t.strictSame(editedVector([], edit("set", [d])), [d]);
  t.strictSame(
    editedVector([a, b, at(1)], edit("remove", [at(1)])),
    [b],
    "one that stands there twice goes twice",
  );
  t.strictSame(editedVector([a, b, at(1)], edit("promote", [at(1)])), [a, b]);
  t.end();
});

test("endpoints that stay are the objects that were there, in whatever spelling they are named", (t) => {
  const six = { ip: "2001:DB8:0::7", port: 1, fingerprint: "f".repeat(64) };
  t.equal(editedVector([a, six], edit("promote", [{ ip: "2001:db8::7", port: 1 }]))[0], six);
  t.equal(editedVector([a, six], edit("set", [{ ip: "2001:db8::7", port: 1 }, b]))[0], six);
  t.throws(() => editedVector([six], edit("add", [{ ip: "2001:db8::7", port: 1 }])), {
    code: "ha-endpoint-duplicate",
  });
  t.strictSame(
    editedVector([a], edit("add", [{ ...a, port: 2 }])).length,
    2,
    "another port is another endpoint",
  );
  t.end();
});

test("what cannot be done is refused", (t) => {
  t.throws(() => editedVector([a], edit("remove", [a])), { code: "ha-last-endpoint" });
  t.throws(() => editedVector([a, b], edit("remove", [c])), {
    code: "ha-endpoint-unknown",
    hint: "it has: 10.0.0.1:60161, 10.0.0.2:60161",
  });
  t.throws(() => editedVector([a, b], edit("promote", [c])), { code: "ha-endpoint-unknown" });
  t.throws(() => editedVector([a], edit("add", [c], { before: b })), { code: "ha-endpoint-unknown" });
  t.throws(() => editedVector([a], edit("set", [c, at(3)])), {
    code: "ha-endpoint-duplicate",
    detail: "it is given twice",
  });
  t.end();
});

test("adding and then removing leaves the vector as it was; promoting loses and doubles none", (t) => {
  const vector = fc
    .uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 20 })
    .map((numbers) => numbers.map(at));
  fc.assert(
    fc.property(vector, fc.nat(), (endpoints, pick) => {
      const chosen = endpoints[pick % endpoints.length]!;
      const grown = editedVector(endpoints, edit("add", [at(251)], { before: chosen }));
      t.strictSame(editedVector(grown, edit("remove", [at(251)])), endpoints);
      const promoted = editedVector(endpoints, edit("promote", [chosen]));
      t.equal(promoted[0], chosen);
      t.strictSame(
        promoted.filter((one) => one !== chosen),
        endpoints.filter((one) => one !== chosen),
      );
    }),
    { numRuns: 100 },
  );
  t.end();
});
