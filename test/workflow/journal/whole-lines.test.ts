import t from "tap";
import { wholeLines } from "../../../src/workflow/journal/runs.js";

const [begin, intent] = ['{"type":"begin"}\n', '{"type":"intent","number":1}\n'];

const shown = (content: string): string => wholeLines(Buffer.from(content)).toString();

t.test("a last line that was torn, wherever, is no line", (t) => {
  for (let length = 0; length < intent.length; length++)
    t.equal(shown(`${begin}${intent.slice(0, length)}`), begin, `${length} bytes of it`);
  t.equal(shown(`${begin}${intent}`), `${begin}${intent}`);
  t.end();
});

t.test("nor is one of which a block did not reach the disk, its end included or not", (t) => {
  for (let from = 0; from < intent.length; from++) {
    const lost =
      intent.slice(0, from) + "\0".repeat(Math.min(4, intent.length - from)) + intent.slice(from + 4);
    t.equal(shown(`${begin}${lost}`), begin, JSON.stringify(lost));
  }
  t.equal(shown(`${begin}${"\0".repeat(4096)}`), begin);
  t.end();
});

t.test("zeros in an earlier line are no tear: they stay, for whoever reads it to refuse", (t) => {
  t.equal(shown(`${begin}\0\n${intent}`), `${begin}\0\n${intent}`);
  t.same([shown(""), shown("\n"), shown("{")], ["", "\n", ""]);
  t.end();
});
