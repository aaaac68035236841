import fc from "../support/fast-check.js";
import { test } from "tap";
import { messageLines } from "../../src/pkcs11/message-values.js";
import { returnValueName } from "../../src/pkcs11/return-values.js";
import { decodeMessage, encodeMessage } from "../../src/pkcs11/protocol.js";

function lines(...chunks: readonly Buffer[]): readonly string[] {
  const seen: string[] = [];
  const take = messageLines((line) => seen.push(line));
  for (const chunk of chunks) take(chunk);
  return seen;
}

test("lines come whole, however the stream was cut", async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-zä]{1,30}$/u), { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (wanted, size) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_chunk, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        t.strictSame(lines(...chunks), wanted);
      },
    ),
    { numRuns: 50 },
  );
});

test("a line without end is dropped, and the next one is read", async (t) => {
  const flood = Array.from({ length: 100 }, () => Buffer.alloc(10_000, "x"));
  t.strictSame(lines(...flood, Buffer.from("\nhello\n")), ["hello"]);
});

test("only messages with the run's own nonce count", async (t) => {
  const nonce = "0123456789abcdef";
  const [, message = ""] = encodeMessage(nonce, { type: "done" }).split("\n");
  t.strictSame(decodeMessage(nonce, `garbage without a line break${message}`), { type: "done" });
  for (const line of [
    "",
    '{"type":"done"}',
    `ffff${message.slice(16)}`,
    `${nonce}{`,
    `${nonce}[]`,
    `${nonce}{"type":"end","result":{"status":"great"}}`,
  ]) {
    t.equal(decodeMessage(nonce, line), undefined);
  }
});

test("a time that is none is no message: 1e999 is infinite, and no report may say so", async (t) => {
  const read = (message: string): unknown => decodeMessage("#0123", `#0123${message}`);
  const end = (ms: string): unknown =>
    read(`{"type":"end","result":{"id":"login","status":"pass","ms":${ms}}}`);
  const signature = (ms: string, since: string): unknown =>
    read(`{"type":"signature","ms":${ms},"sinceStartMs":${since}}`);
  t.match(end("1.5"), { result: { ms: 1.5 } });
  t.strictSame(signature("1.5", "0"), { type: "signature", ms: 1.5, sinceStartMs: 0 });
  for (const wrong of ["1e999", "-1e999", "-1", "86400001", '"1"', "null"]) {
    t.strictSame(
      [end(wrong), signature(wrong, "0"), signature("0", wrong)],
      [undefined, undefined, undefined],
      wrong,
    );
  }
});

test(
  "a result that the module wrote itself has a check's name and a return value's, and no more text " +
    "than fits",
  async (t) => {
    const result = (more: object): unknown =>
      decodeMessage(
        "#0123",
        `#0123${JSON.stringify({ type: "end", result: { id: "login", status: "pass", ms: 1, ...more } })}`,
      );
    t.match(result({ ckr: "CKR_OK" }), { result: { id: "login", ckr: "CKR_OK" } });
    for (const ckr of [0x80000001, 0x7fff0001].map(returnValueName))
      t.match(result({ ckr }), { result: { ckr } });
    t.match(result({ ckr: "CKR_OK\u001b[2J" }), { result: { id: "login", ckr: undefined } });
    for (const forged of [
      { id: "login\nerror: all is lost" },
      { id: "made-up" },
      { id: "toString" },
      { id: "" },
      { ms: -1 },
    ])
      t.equal(result(forged), undefined, JSON.stringify(forged));
    t.match(result({ detail: "x".repeat(60_000), hint: "y".repeat(60_000) }), {
      result: { detail: /^x{4000}$/, hint: /^y{4000}$/ },
    });
  },
);
