import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import ts from "typescript";
import { Problem } from "../../../src/problem/problem.js";
import { imageWords } from "../../../src/ui/text/image-words.js";
import { parsed, sourceFiles } from "../../support/source-imports.js";

const sources = join(import.meta.dirname, "../../../src");
const words = imageWords("/srv/x");

/** A text as it is put together: parts joined by +, and X for what is filled in. */
function textOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `X${literal.text}`).join("");
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left) + textOf(node.right);
  return "X";
}

function isText(node: ts.Node): node is ts.Expression {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
  );
}

/** Every text of the program that speaks of "this host", with the file that it is in. */
const texts = sourceFiles(sources).flatMap((file) => {
  const found: { readonly file: string; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (isText(node)) {
      const text = textOf(node);
      if (/this\s+host/i.test(text)) found.push({ file, text });
      if (!ts.isTemplateExpression(node)) return;
    }
    ts.forEachChild(node, visit);
  };
  const source = readFileSync(join(sources, file), "utf8");
  // most files need not be parsed
  if (/this\s+host|this\s*["`]\s*\+/i.test(source) && file !== "ui/text/image-words.ts")
    visit(parsed(file, source));
  return found;
});

t.test("every text that says this host reads as well of an image", async (t) => {
  t.ok(texts.length > 30, "they are found");
  for (const { file, text } of texts) {
    const said = words.text(text);
    const why = `${file}: ${said}`;
    t.notMatch(said, /this\s+host/i, why);
    t.notMatch(said, /\b(on|at|this|the|an?) (the )?image\b(?! \/srv\/x\b|'s\b)|\bon the image\b/i, why);
    t.notMatch(said, /\/srv\/x(?![\s.,:;)]|$)/, why);
  }
});

t.test("what is told of the machine that knetctl runs on says so", async (t) => {
  t.same(
    texts.filter(({ file }) => /^(ui|pkcs11|vhsm|simulator|members|host\/(files|pin|stage))\//.test(file)),
    [],
  );
});

t.test("the words that are put", async (t) => {
  for (const [text, told] of [
    ["there is no run 7 on this host", "there is no run 7 in the image /srv/x"],
    ["a backup of this host", "a backup of the image /srv/x"],
    ["this host does not know it", "the image /srv/x does not know it"],
    ["This host and this host's library", "The image /srv/x and the image's library"],
    ["This host's library. On this host", "The image's library. In the image /srv/x"],
    ['the file says "see this host" on this host', 'the file says "see this host" in the image /srv/x'],
    ["this hostname, this machine, the host", "this hostname, this machine, the host"],
  ] as const)
    t.equal(words.text(text), told);
  t.equal(imageWords("/a\nerror: $& b").text("on this host"), "in the image /a\\u000aerror: $& b");
});

t.test(
  "a problem keeps all but its words; a document is changed in its problems and notes alone",
  async (t) => {
    const where = { path: "/this host" };
    const problem = new Problem("run-unknown", "no run on this host", {
      where,
      detail: "this host's records",
      hint: "look at this host",
      severity: "warning",
      cause: new Error("x"),
    });
    const told = {
      code: "run-unknown",
      severity: "warning",
      title: "no run in the image /srv/x",
      where,
      detail: "the image's records",
      hint: "look at the image /srv/x",
    };
    t.same(words.problem(problem).toJSON(), told);
    t.equal(words.problem(problem).cause, problem.cause);
    const document = {
      diff: "# this host",
      problems: [problem],
      at: { problem },
      notes: [{ step: "this host" }],
    };
    t.same(JSON.parse(JSON.stringify(document, words.replacer)), {
      ...document,
      problems: [told],
      at: { problem: told },
    });
    t.equal(
      JSON.stringify({ notes: [{ step: "a", text: "b on this host" }, "on this host"] }, words.replacer),
      '{"notes":[{"step":"a","text":"b in the image /srv/x"},"on this host"]}',
    );
  },
);

t.test("in Portuguese the image is named too, except in quotes", async (t) => {
  for (const [text, said] of [
    ["não existe o usuário neste host", "não existe o usuário na imagem /srv/x"],
    ["Este host e os arquivos deste host", "A imagem /srv/x e os arquivos da imagem /srv/x"],
    ['"este host" não muda', '"este host" não muda'],
  ] as const)
    t.equal(words.text(text), said);
});
