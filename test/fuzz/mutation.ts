import fc from "fast-check";
import { anyCharacter } from "../support/any-character.js";

/** One change of a text or of bytes; places are parts of 2³² of its length, so that they fit any. */
export type Mutation = { readonly at: number } & (
  | { readonly kind: "insert"; readonly token: string; readonly times: number }
  | { readonly kind: "remove"; readonly length: number }
  | { readonly kind: "repeat"; readonly length: number; readonly times: number }
  | { readonly kind: "move"; readonly length: number; readonly to: number }
  | { readonly kind: "flip"; readonly bit: number }
  | { readonly kind: "cut" }
);

const place = fc.nat(0xffff_ffff);
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 }));
const times = fc.oneof(
  { weight: 40, arbitrary: fc.constant(1) },
  { weight: 6, arbitrary: fc.integer({ min: 2, max: 80 }) },
  { weight: 1, arbitrary: fc.integer({ min: 80, max: 3000 }) },
);

/** Up to six changes, with these tokens to insert. */
export function mutations(tokens: readonly string[]): fc.Arbitrary<readonly Mutation[]> {
  const insert = fc.record({
    kind: fc.constant("insert" as const),
    at: place,
    token: fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: anyCharacter, maxLength: 3 })),
    times,
  });
  const remove = fc.record({ kind: fc.constant("remove" as const), at: place, length });
  const repeat = fc.record({ kind: fc.constant("repeat" as const), at: place, length, times });
  const move = fc.record({ kind: fc.constant("move" as const), at: place, length, to: place });
  const flip = fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) });
  const cut = fc.record({ kind: fc.constant("cut" as const), at: place });
  const some = fc.oneof(
    { weight: 5, arbitrary: insert },
    { weight: 2, arbitrary: remove },
    { weight: 2, arbitrary: repeat },
    move,
    { weight: 3, arbitrary: flip },
    cut,
  );
  return fc.array(some, { minLength: 1, maxLength: 6 });
}

/** The bytes with all changes made, one after the other; never more than `limit` of them. */
export function mutated(bytes: Buffer, changes: readonly Mutation[], limit = 200_000): Buffer {
  return changes.reduce((now, change) => once(now, change).subarray(0, limit), bytes);
}

function once(bytes: Buffer, mutation: Mutation): Buffer {
  const at = placeIn(bytes, mutation.at);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (mutation.kind) {
    case "insert":
      return Buffer.concat([before, Buffer.from(mutation.token.repeat(mutation.times)), after]);
    case "remove":
      return Buffer.concat([before, after.subarray(mutation.length)]);
    case "repeat": {
      const part = after.subarray(0, mutation.length);
      return Buffer.concat([before, ...Array.from({ length: mutation.times }, () => part), after]);
    }
    case "move": {
      const rest = Buffer.concat([before, after.subarray(mutation.length)]);
      const to = placeIn(rest, mutation.to);
      return Buffer.concat([rest.subarray(0, to), after.subarray(0, mutation.length), rest.subarray(to)]);
    }
    case "flip": {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy.writeUInt8(copy.readUInt8(at) ^ (1 << mutation.bit), at);
      return copy;
    }
    case "cut":
      return before;
  }
}

function placeIn(bytes: Buffer, part: number): number {
  return Math.floor((part / 2 ** 32) * (bytes.length + 1));
}
