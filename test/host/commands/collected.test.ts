import t from "tap";
import { Readable } from "node:stream";
import { collected } from "../../../src/host/commands/collected.js";

const half = 512 * 1024;

/** What is kept of this many bytes that come in pieces of one size; each byte says where it was. */
function kept(length: number, piece: number): readonly [text: string, whole: string] {
  const whole = Buffer.alloc(length, "0123456789abcdefghijklmnopqrstuvwxyz-");
  const stream = new Readable();
  const found = collected(stream);
  for (let at = 0; at < length; at += piece) stream.emit("data", whole.subarray(at, at + piece));
  return [found.text(), whole.toString()];
}

for (const piece of [3, 4096, 65_536, 3 * half]) {
  t.test(`of output in pieces of ${piece} bytes`, (t) => {
    for (const length of [0, 1, half - 1, half, half + 1, 2 * half]) {
      const [text, whole] = kept(length, piece);
      t.ok(text === whole, `all of ${length}`);
    }
    for (const length of [2 * half + 1, 3 * half, 3 * half + 1, 5 * half + 11]) {
      const [text, whole] = kept(length, piece);
      const gap = `\n[${length - 2 * half} bytes left out]\n`;
      t.ok(text === whole.slice(0, half) + gap + whole.slice(-half), `both ends of ${length}`);
    }
    t.end();
  });
}

t.test("a character may lie across the boundary, and text may be asked for before the end", async (t) => {
  const stream = new Readable({ read() {} });
  const found = collected(stream);
  const whole = `${"x".repeat(half - 1)}é`;
  stream.push(whole);
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(found.text() === whole);
  stream.push("y".repeat(3 * half));
  await new Promise((resolve) => setImmediate(resolve));
  const [first] = [found.text(), stream.push("end"), stream.push(null)];
  t.ok(first.endsWith("yyy"));
  await found.whole;
  t.ok(found.text().endsWith("yend"));
  t.match(found.text(), new RegExp(`\n\\[${2 * half + 4} bytes left out\\]\n`), "both times counted");
});

t.test("nothing of no stream", async (t) => {
  const found = collected(null);
  await found.whole;
  t.equal(found.text(), "");
});
