import fc from "fast-check";
import { anyCharacter } from "./any-character.js";

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@";
const escaped = anyCharacter.filter((text) => !/[\ud800-\udfff]/u.test(text)).map(encodeURIComponent);
const unit = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...Array.from(plain)) },
  { weight: 1, arbitrary: escaped },
);

/** As `fc.webUrl` makes them, but without the table of all characters (see `anyCharacter`). */
export const webUrls: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("http", "https"),
    fc.webAuthority(),
    fc.array(fc.string({ unit }), { size: "xsmall" }),
  )
  .map(([scheme, host, path]) => [`${scheme}://${host}`, ...path].join("/"));
