import t from "tap";
import { editEntries } from "../../../src/formats/entries/entry-editor.js";
import { nssModules } from "../../../src/formats/entries/nss-modules.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";

const editor = nssModules();
const body = "# token ca\nlibrary=/m.so\nname=knet\n";
const put = (text: string, own = body) => editEntries(editor, text, new Map([["knet", own]]));
/** Before the entry is in the text, or with it. */
const faultOf = (text: string) => {
  const fault = editor.fault(text);
  if (fault !== undefined) return fault.reason;
  const edited = put(text);
  return "fault" in edited ? edited.fault.reason : undefined;
};

/** Stanzas of others, in all the ways that NSS reads; what they are does not matter. */
const word = fc.stringMatching(/^[ -~]{0,12}$/);
const theirLine = fc.oneof(
  word.map((value) => `parameters=${value}`),
  word.map((value) => `NSS=${value}`),
  word.map((value) => `# ${value}`),
  word.map((value) => `name=theirs ${value}`),
  word.map((value) => `library="/theirs/${value.replace(/["\\]/g, "\\$&")}" other="x"`),
);
const somebodys = fc
  .tuple(
    fc.array(
      fc.array(theirLine, { maxLength: 4 }).map((lines) => lines.map((line) => `${line}\n`).join("")),
      {
        maxLength: 4,
      },
    ),
    fc.constantFrom("", "\n", "\n\n"),
  )
  .map(([stanzas, end]) => stanzas.join("\n") + end);

/** As NSS's tools add a module: behind the last line, and with a blank line. */
const added = "library=/late.so\nname=late\n\n";

t.test("an entry is a module of its own, and every other byte stays", async (t) => {
  fc.assert(
    fc.property(somebodys, (before) => {
      const { text, ...rest } = put(before);
      const changed = editor.put(text, "knet", body.replace("/m.so", "/other.so"));
      return (
        !("fault" in rest) &&
        text.startsWith(before) &&
        modules(text).join("|") === [...modules(before), body.replace(/^#.*\n/, "")].join("|") &&
        modules(`${text}${added}`).length === modules(text).length + 1 &&
        editor.fault(`${text}${added}`) === undefined &&
        editor.remove(text, "knet") === before &&
        editor.remove(changed, "knet") === before
      );
    }),
    { numRuns: cases(2000) },
  );
  t.pass();
});

t.test("what NSS's tools have added behind it stays a module of its own when the entry goes", async (t) => {
  fc.assert(
    fc.property(somebodys, (before) => {
      const left = editor.remove(`${put(before).text}${added}`, "knet");
      return modules(left).join("|") === [...modules(before), added.trimEnd() + "\n"].join("|");
    }),
    { numRuns: cases(1000) },
  );
  t.pass();
});

t.test("neither a name nor a library is there twice: NSS's tools would remove the wrong one", async (t) => {
  for (const name of ["name=knet", "NAME=knet", 'name="knet"', 'library="/o.so" name="kn\\et"'])
    t.equal(faultOf(`library=/other.so\n${name}\n\n`), "another module has the same name", name);
  for (const library of ["library=/m.so", 'Library="/m.so" name="x"'])
    t.match(faultOf(`${library}\n\n`), /^another module has the same library/);
  t.equal(faultOf("library=/a.so\nname=a\n\nlibrary=/a.so\nname=a\n\n"), undefined, "others are not judged");
  t.equal(faultOf("library=\nname=x\n\n# library=/m.so\n\nparameters=library=/m.so\n\n"), undefined);
  const two = put(put("").text, body.replace("knet", "two"));
  t.notOk("fault" in two, "the same entry, changed");
  t.match(editEntries(editor, put("").text, new Map([["two", body.replace("knet", "two")]])), {
    fault: { reason: /^another module has the same library/ },
  });
});

t.test("what NSS would misread is a fault, and not made worse", async (t) => {
  t.match(faultOf("library=/a.so\nname=a"), /^its last line has no end/);
  t.match(faultOf("library=/a.so\r\nname=a\r\n"), /carriage returns/);
  t.match(editor.fault(`a=b\nname=${"x".repeat(2042)}\n`), { offset: 4, reason: /no line that is so long/ });
  t.equal(editor.fault(`name=${"x".repeat(2041)}\n`), undefined);
  const { text } = put("library=/a.so\nname=a\n\n");
  for (const merged of [text.replace("\n\n\n#", "\n#"), `${text.slice(0, -1)}name=b\n`])
    t.match(editor.fault(merged), { reason: /read as one/ }, merged);
});

/** What NSS makes of a text: the modules, without comments. */
function modules(text: string): readonly string[] {
  const found: string[] = [];
  let now = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    if (line !== "") now += `${line}\n`;
    else if (now !== "") {
      found.push(now);
      now = "";
    }
  }
  return now === "" ? found : [...found, now];
}
