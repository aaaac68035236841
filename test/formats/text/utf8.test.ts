import t from "tap";
import { looksLikeUtf16, utf8Length, utf8Prefix, utf8Text } from "../../../src/formats/text/utf8.js";
import { cases } from "../../support/cases.js";
import fc, { anyCharacter } from "../../support/fast-check.js";

const characters = fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text).toString());

t.test("a text has as many bytes as Node says, lone surrogates included", async () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, half) => {
      const whole = text + String.fromCharCode(half);
      return utf8Length(whole) === Buffer.byteLength(whole) && utf8Length(text) === Buffer.byteLength(text);
    }),
    { numRuns: cases(500) },
  );
});

t.test("bytes that are UTF-8 are their text, with its mark", async (t) => {
  fc.assert(
    fc.property(characters, (text) => utf8Text(Buffer.from(text)) === text),
    { numRuns: cases(500) },
  );
  t.equal(utf8Text(Buffer.from("\ufeffa")), "\ufeffa");
});

t.test("of others, what comes before the first byte that is wrong is known", async (t) => {
  fc.assert(
    fc.property(characters, characters, (before, after) => {
      const bytes = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]);
      const { text, bytes: length } = utf8Prefix(bytes);
      return text === before && length === Buffer.byteLength(before) && utf8Text(bytes) === undefined;
    }),
    { numRuns: cases(500) },
  );
  // the first byte of a character that nothing follows has no column of its own
  t.strictSame(utf8Prefix(Buffer.of(0x61, 0xef, 0x41)), { text: "a", bytes: 1 });
});

t.test("UTF-16 is known by its mark", async (t) => {
  t.ok(looksLikeUtf16(Buffer.from("\ufeffa", "utf16le")));
  t.notOk(looksLikeUtf16(Buffer.from("\ufeffa")));
});
