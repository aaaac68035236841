import t from "tap";
import { capabilityText } from "../../src/formats/capability-text.js";

function data(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, index * 4);
  return bytes;
}

t.test("capabilities by the names of capabilities(7)", (t) => {
  t.equal(capabilityText(data(0x02000001, 1 << 13, 0, 0, 0)), "cap_net_raw+ep");
  t.equal(capabilityText(data(0x02000000, 1, 2, 1 << 7, 0)), "cap_chown+p, cap_dac_override+i, cap_bpf+p");
  t.equal(capabilityText(data(0x03000000, 1 << 31, 0, 1 << 30, 0, 5)), "cap_setfcap+p, cap_62+p");
  t.equal(capabilityText(data(0x01000001, 1, 0)), "cap_chown+ep", "of the first kind");
  t.end();
});

t.test("none, and bytes that are none", (t) => {
  t.equal(capabilityText(data(0x02000000, 0, 0, 0, 0)), "none");
  t.equal(capabilityText(Buffer.of(1, 2)), "unreadable");
  t.end();
});
