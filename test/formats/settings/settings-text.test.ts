import t from "tap";
import { foldKey } from "../../../src/formats/settings/settings-text.js";

t.test("keys that .NET takes for the same fold alike", (t) => {
  for (const [a, b] of [
    ["KeyStores:A", "KEYSTORES:a"],
    ["\u00E9", "\u00C9"],
    ["\u01C6", "\u01C4"],
    ["\u{10428}", "\u{10400}"],
    ["\u1F80", "\u1F88"],
    ["\u1FB3", "\u1FBC"],
    ["\u03C2", "\u03A3"],
  ] as const)
    t.equal(foldKey(a), foldKey(b), `${a} ${b}`);
  t.end();
});

t.test("keys that it keeps apart do not", (t) => {
  for (const [a, b] of [
    ["\u0131", "I"],
    ["\u017F", "S"],
    ["\u00DF", "SS"],
    ["\uFB01", "FI"],
    ["\u212A", "K"],
    ["\u0149", "\u02BCN"],
  ] as const)
    t.not(foldKey(a), foldKey(b), `${a} ${b}`);
  t.end();
});

t.test("no code point turns into several", (t) => {
  let wrong = 0;
  for (let point = 0; point <= 0x10ffff; point++) {
    const char = String.fromCodePoint(point);
    const folded = foldKey(char);
    // most are their own, and nothing more is to be known of those
    if (folded === char) continue;
    if (folded.length !== char.length || Array.from(folded).length !== 1 || foldKey(folded) !== folded)
      wrong++;
  }
  t.equal(wrong, 0);
  t.end();
});
