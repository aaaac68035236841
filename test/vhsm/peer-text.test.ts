import t from "tap";
import fc, { anyCharacter } from "../support/fast-check.js";
import { peerText } from "../../src/vhsm/peer-text.js";

t.test("a peer's text is told on one line", async (t) => {
  t.equal(peerText("  not\r\n\tfound\u2028here "), "not found here");
  t.equal(peerText(" \n "), "");
});

t.test("what a terminal obeys, and what turns the direction of writing, is left out", async (t) => {
  t.equal(peerText("\u001b[31mred\u0007 \u202eback\u200b\ufeff"), "[31mred back");
});

t.test("a long text is cut, with a mark, where it says", async (t) => {
  t.equal(peerText("x".repeat(200)), "x".repeat(200));
  t.equal(peerText("x".repeat(201)), `${"x".repeat(200)}…`);
  t.equal(peerText("abcdef", 3), "abc…");
  t.equal(peerText("ab\u{1F511}", 3), "ab…", "no half of a character");
});

t.test("the password in a URL is not told", async (t) => {
  t.notMatch(peerText("moved to https://user:hunter2@hsm.example/kmip"), /hunter2/);
});

t.test("whatever is said comes out short, on one line and without control characters", async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 400 }), (said) => {
      const told = peerText(said);
      return told.length <= 201 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(told);
    }),
  );
  t.pass();
});
