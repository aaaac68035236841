import { test } from "tap";
import { translator } from "../../src/language/translator.js";
import { shownColours, style } from "../../src/ui/text/width.js";

const { text, word } = translator([
  ["the file {0} is missing", "falta o arquivo {0}"],
  ["the file {0} is missing on {1}", "falta o arquivo {0} em {1}"],
  ["nothing was changed", "nada foi alterado"],
  ["{0} changes", "{0} alterações"],
  ["{0} and {1}", "{0} e {1}"],
  ["move {0} to {1}", "em {1}, receba {0}"],
  ["run it again", "Execute de novo"],
  ["status", "estado"],
  ["not translated yet", ""],
]);

test("a text is found with its values, the most literal template first", async (t) => {
  t.equal(text("the file /a is missing"), "falta o arquivo /a");
  t.equal(text("the file /a is missing on host1"), "falta o arquivo /a em host1");
  t.equal(text("move x to y"), "em y, receba x");
  t.equal(text("not translated yet"), "not translated yet");
  t.equal(text("somebody else's words"), "somebody else's words");
});

test("values that are texts are translated in their turn", async (t) => {
  t.equal(text("the file /a is missing and 3 changes"), "falta o arquivo /a e 3 alterações");
});

test("parts of a line are translated alone, with signs and blanks kept", async (t) => {
  t.equal(text("  ✓ 3 changes; nothing was changed  12 ms"), "  ✓ 3 alterações; nada foi alterado  12 ms");
  t.equal(text("unknown: nothing was changed, 2 changes"), "unknown: nada foi alterado, 2 alterações");
  t.equal(text("one\n  · nothing was changed\n"), "one\n  · nada foi alterado\n");
});

test("what is in quotes stays, and no value begins or ends in it", async (t) => {
  const quoted = 'token "a and b": label "nothing was changed; 3 changes"';
  t.equal(text(quoted), quoted);
  t.equal(text('the file "x is missing on y" is missing'), 'falta o arquivo "x is missing on y"');
});

test("a single word is translated only as a title: elsewhere it could be a name", async (t) => {
  t.equal(text("status"), "status");
  t.equal(text("the file status is missing"), "falta o arquivo status");
  t.equal(word("status"), "estado");
});

test("a template of a word takes names and known texts alone, not somebody's sentence", async (t) => {
  t.equal(text("a, b and c"), "a, b e c");
  t.equal(text('"one, two" and c'), '"one, two" e c');
  t.equal(text("nothing was changed and 3 changes"), "nada foi alterado e 3 alterações");
  t.equal(text("it rained and it stopped"), "it rained and it stopped");
  t.equal(text("the file of today and tomorrow is missing"), "falta o arquivo of today and tomorrow");
  t.equal(text("the file it rained is missing and /b"), "the file it rained is missing and /b");
});

test("of several ways the one that leaves the fewest letters as they were", async (t) => {
  const tell = translator([
    ["{0} must be {1}", "{0} deve ser {1}"],
    ["what must be proven (default: all)", "o que deve ser provado (padrão: tudo)"],
    ["{0} and {1}", "{0} e {1}"],
    ["an {0} key of this run", "uma chave {0} desta execução"],
    ["with {0}", "com {0}"],
    ["{0} is not a {1}", "{0} não é {1}"],
    ["{0} has no entry: it is not a module", "{0} não tem entrada: não é um módulo"],
    ["nothing is proven ({0})", "nada foi provado ({0})"],
  ]).text;
  t.equal(
    tell("what must be proven (default: all); one of a, b"),
    "o que deve ser provado (padrão: tudo); one of a, b",
  );
  t.equal(
    tell("with an RSA key of this run and an EC key of this run"),
    "com uma chave RSA desta execução e uma chave EC desta execução",
  );
  t.equal(
    tell("token: nothing is proven (load: /a has no entry: it is not a module)"),
    "token: nada foi provado (load: /a não tem entrada: não é um módulo)",
  );
});

test("what is in brackets is a part", async (t) => {
  t.equal(text("x (nothing was changed) y"), "x (nada foi alterado) y");
});

test("colours stay around what they colour", async (t) => {
  const colours = style(true);
  const line = (words: string, count: string): string =>
    shownColours(`${colours.green("✓")} ${colours.bold(words)} ${count}`);
  const english = `${colours.green("✓")} ${colours.bold("nothing was changed")} 3 changes`;
  t.equal(shownColours(text(english)), line("nada foi alterado", "3 alterações"));
});

test("a long line of somebody's data takes no time", async (t) => {
  const data = `the file ${"is missing on ".repeat(100_000)}`;
  const start = performance.now();
  t.equal(text(data), data);
  text("a, b; c: ".repeat(400));
  text(`x${" ".repeat(100_000)}y`);
  t.ok(performance.now() - start < 500);
});
