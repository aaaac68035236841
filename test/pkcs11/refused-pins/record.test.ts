import { test } from "tap";
import {
  isSameToken,
  parseRecord,
  recordText,
  sharesMember,
  type RefusedPin,
  type TokenName,
  withRefused,
} from "../../../src/pkcs11/refused-pins/record.js";

const hash = {
  salt: Buffer.alloc(16, 1).toString("base64"),
  scrypt: Buffer.alloc(32, 2).toString("base64"),
};
const at = "2026-11-27T14:00:00.000Z";
const token: TokenName = { module: "libkNETPKCS11.so", label: "ca_signer" };

function pin(more: Partial<RefusedPin> = {}): RefusedPin {
  return { ...token, at, ...hash, ...more };
}

test("a token is the same as far as its names are known; another module, label or serial is another", (t) => {
  t.ok(isSameToken({ ...token, serial: "1" }, token));
  t.ok(isSameToken({ ...token, serial: "1" }, { module: token.module, serial: "1" }));
  t.ok(isSameToken({ ...token, serial: "1" }, { module: token.module }), "the only token of the module");
  t.notOk(isSameToken({ ...token, serial: "1" }, { ...token, serial: "2" }));
  t.notOk(isSameToken(token, { ...token, label: "tsa_signer" }));
  t.notOk(isSameToken(token, { ...token, module: "libsofthsm2.so" }));
  t.end();
});

test("what a vector refused is refused by each member; one tried alone binds no vector", (t) => {
  const [a, b, c] = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"];
  const through = (...endpoints: string[]): TokenName => ({ ...token, endpoints });
  t.ok(isSameToken(through(a, b), through(a, b)));
  t.ok(isSameToken(through(a, b), through(b)), "ha prove, of the second alone");
  t.ok(isSameToken(through(a, b), through(b, a)), "promoted");
  t.ok(isSameToken(through(a), through(a, b)), "the client asks it first");
  t.notOk(isSameToken(through(c), through(a, b, c)), "the others answer first, and may well accept it");
  t.notOk(isSameToken(through(a), through(b)), "the address was wrong, and was corrected");
  t.ok(isSameToken(token, through(a)), "smoke: wherever the module's own configuration leads");
  t.ok(isSameToken(through(a), token));
  t.ok(sharesMember(through(c), through(a, b, c)), "accepted by any of them, it is by all");
  t.ok(sharesMember(token, through(a)));
  t.ok(sharesMember(through(a), token));
  t.notOk(sharesMember(through(c), through(a, b)));
  t.end();
});

test("the record is bounded: the newest of each token, and of all", (t) => {
  const sixty = Array.from({ length: 60 }, (_, index) => pin({ label: `token ${index}` }));
  const ofOne = Array.from({ length: 20 }, (_, index) => pin({ at: new Date(index).toISOString() }));
  const kept = [...sixty, ...ofOne].reduce(withRefused, []);
  t.equal(kept.length, 64);
  t.strictSame(kept.slice(-8), ofOne.slice(-8), "eight of one token");
  t.strictSame(kept.slice(0, -8), sixty.slice(-56), "the oldest are forgotten first");
  const long = "x".repeat(1_000_000);
  const [short] = withRefused([], pin({ label: long, serial: long, endpoints: Array(1000).fill(long) }));
  t.ok(recordText([short!]).length < 20_000, "whatever a module says that its token is called");
  t.end();
});

test("a record is read as it was written; what is not one is told apart", (t) => {
  const mark = { salt: hash.salt, mark: 255 };
  const pins = [
    pin(),
    pin({ serial: "s", endpoints: ["10.0.0.1:1"] }),
    { module: "m", at, ...hash },
    { module: "m", at, unanswered: 1, ...mark },
    { module: "m", at, unanswered: 2, ...hash },
  ];
  t.strictSame(parseRecord(recordText(pins)), pins);
  const broken = [
    { module: 1 },
    { label: null },
    { serial: 2 },
    { endpoints: "10.0.0.1:1" },
    { endpoints: [1] },
    { at: "yesterday" },
    { salt: "" },
    { scrypt: "c2hvcnQ=" },
    { scrypt: "c2hvcnQ=", unanswered: 1, mark: 7 },
    { scrypt: undefined },
    { scrypt: undefined, mark: 7 },
    { scrypt: undefined, unanswered: 2, mark: 7 },
    ...[256, -1, 1.5, "7"].map((other) => ({ scrypt: undefined, unanswered: 1, mark: other })),
  ];
  for (const one of broken)
    t.equal(parseRecord(JSON.stringify({ format: 1, refused: [{ ...pin(), ...one }] })), undefined);
  const noRecords = ["", "{", "[]", "null", `{"format":2,"refused":[]}`, `{"format":1}`];
  for (const text of noRecords) t.equal(parseRecord(text), undefined, text);
  t.end();
});
