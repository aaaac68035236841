import fc from "../support/fast-check.js";
import { test } from "tap";
import { messageLines } from "../../src/pkcs11/message-lines.js";
import { decodeMessage, encodeMessage } from "../../src/pkcs11/protocol.js";

function lines(...chunks: readonly Buffer[]): readonly string[] {
  const seen: string[] = [];
  const take = messageLines((line) => seen.push(line));
  for (const chunk of chunks) take(chunk);
  return seen;
}

test("lines come whole, however the stream was cut", async (t) => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zä]{1,30}$/u), { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (wanted, size) => {
      const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_chunk, index) => bytes.subarray(index * size, (index + 1) * size));
      t.strictSame(lines(...chunks), wanted);
    }),
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
  for (const line of ["", "{\"type\":\"done\"}", `ffff${message.slice(16)}`, `${nonce}{`, `${nonce}[]`, `${nonce}{"type":"end","result":{"status":"great"}}`]) {
    t.equal(decodeMessage(nonce, line), undefined);
  }
});
