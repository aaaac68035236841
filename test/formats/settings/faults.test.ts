import t from "tap";
import { readSettings } from "../../../src/formats/settings/read-settings.js";
import type { SettingsForm } from "../../../src/formats/settings/settings-text.js";

const cases: readonly [danger: string, form: SettingsForm, text: string, faults: readonly string[]][] = [
  ["a line without an equals sign", "ini", "[A]\nx=1\nPin\n", ["syntax 8"]],
  ["a key that occurs twice in split sections, in any case", "ini", "[A:B]\nPin=1\n[X]\n[a]\nb:PIN=2\n", ["duplicate-key 20 a:b:PIN"]],
  ["a key that occurs twice, once without a section", "ini", "KeyStores:A:Pin=1\n[KeyStores:A]\nPin=2\n", ["duplicate-key 32 KeyStores:A:Pin"]],
  ["all that is wrong, in the order of the text", "ini", "A=1\na=2\nb\n", ["duplicate-key 4 a", "syntax 8"]],
  ["half a surrogate pair", "ini", "A=\uD800\n", ["syntax 2"]],
  ["a blank in a variable's name", "env", "A=1\n A B=2\n", ["syntax 5"]],
  ["no name", "env", "=1\n", ["syntax 0"]],
  ["a line longer than Docker's buffer", "env", `A=1\nB=${"x".repeat(65534)}\n`, ["syntax 4"]],
  ["a NUL", "env", "A=\0\n", ["syntax 2"]],
  ["one key under two names", "env", "A__b=1\nA__B=2\n", ["ambiguous 7 A:B"]],
  ["a key that is set and left to the caller", "env", "A__b=1\nA__b\n", ["ambiguous 7 A:b"]],
  ["one key under two names", "systemd", "A__b=1\nA__B=2\n", ["ambiguous 7 A:B"]],
  ["a quote that is not closed", "systemd", "A=1\nB='x\nC=2\n", ["syntax 6"]],
  ["a double quote that is not closed", "systemd", 'A="x\\"\n', ["syntax 2"]],
  ["a value that goes on behind the end", "systemd", "A=x\\\n", ["syntax 4"]],
  ["a comment that takes the next line with it", "systemd", "# x\\\nA=1\n", ["ambiguous 0"]],
];

for (const [danger, form, text, expected] of cases) {
  t.test(`${form}: ${danger} is told, with its place`, async (t) => {
    const reading = await readSettings(form, text);
    const faults = "faults" in reading ? reading.faults : [];
    t.strictSame(faults.map(({ kind, offset, key }) => [kind, offset, key].filter((part) => part !== undefined).join(" ")), expected);
  });
}

t.test("systemd: a comment's backslash matters neither before a blank line nor before another comment, nor when it is escaped", async (t) => {
  for (const text of ["# x\\\n\nA=1\n", "# x\\\n # y\nA=1\n", "# x\\\\\nA=1\n", "# x\\\r\nA=1\r\n"]) t.notMatch(await readSettings("systemd", text), { faults: [] }, JSON.stringify(text));
});

t.test("systemd: a file that ends in such a comment gets new lines before it", async (t) => {
  const reading = await readSettings("systemd", "A=1\n# x\\\n");
  t.equal("edit" in reading && reading.edit({ set: new Map([["B", "2"]]), remove: new Set() }), "A=1\nB=2\n# x\\\n");
});
