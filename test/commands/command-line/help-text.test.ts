import { test } from "tap";
import { helpText } from "../../../src/commands/command-line/help-text.js";
import { namedVerb } from "../../../src/commands/command-line/named-verb.js";
import { optionsToOffer } from "../../../src/commands/command-line/misused-options.js";
import { text } from "../../../src/commands/command-line/options.js";
import { verbWords } from "../../../src/commands/command-line/verb-words.js";
import { verb } from "../../../src/commands/verb.js";
import { allVerbs, optionsIn } from "../../docs/help.js";

const lines = [[], ...allVerbs()].map(namedVerb);

test("help fits into 60, 80 and 100 columns, but for examples, which stay whole", (t) => {
  for (const columns of [60, 80, 100])
    for (const line of lines) {
      const examples = new Set(line.verb?.examples.map(([example]) => `  ${example}`));
      const wide = helpText(line, columns)
        .split("\n")
        .filter((text) => text.length > columns && !examples.has(text));
      t.strictSame(wide, [], `${line.path.join(" ")} at ${columns}`);
    }
  t.end();
});

test("texts have the larger part of a narrow terminal, and words in them stay whole", (t) => {
  const made = verb({
    name: "make",
    describe: "make something, and say how in a sentence that is longer than sixty columns",
    words: {},
    options: {
      "an-option": text("what there is to say of it, in a few words", "VALUE"),
      "an-option-with-a-long-name": text("more"),
    },
    examples: [],
    exits: [],
    run: () => Promise.resolve(0),
  });
  t.match(
    helpText({ path: ["make"], verb: made, among: [], unknown: undefined }, 60),
    `knetctl make

make something, and say how in a sentence that is longer
than sixty columns

Options:
  --an-option VALUE  what there is to say of it, in a few
                     words
  --an-option-with-a-long-name TEXT
                     more
`,
  );
  t.end();
});

test("what may be typed is in help, in both forms where both mean something", (t) => {
  for (const line of lines) {
    const named = optionsIn(helpText(line));
    for (const option of optionsToOffer(verbWords(line.verb))) t.ok(named.has(option), option);
  }
  t.match(helpText(namedVerb(["plan"])), "--[no-]stage ");
  t.match(helpText(namedVerb(["apply"])), "--[no-]restart ");
  t.match(helpText(namedVerb(["apply"])), " --dry-run ");
  t.end();
});

test("a verb's help has its own exit codes, with what each means", (t) => {
  const exits = (...words: readonly string[]): string =>
    helpText(namedVerb(words), 80).split("Exit codes:\n")[1] ?? "";
  t.match(exits("plan"), /^ {4}2 {2}changes are pending$/m);
  t.notMatch(exits("validate"), /changes are pending|interrupted/);
  t.match(exits("validate"), /^ {3}65 {2}the profile is not valid$/m);
  t.equal(exits("ha"), "", "a group has none");
  t.end();
});
