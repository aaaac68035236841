import ts from "typescript";
import { coreOf } from "../../src/language/pieces.js";

/** A text of the source: its literal pieces, between which values are filled in. */
export type Pieces = readonly string[];

/** How many forms of one text are told apart: beyond this its variable parts are values. */
const mostForms = 24;

/**
 * The texts of a file that may reach a person, as the keys of the catalogue: `the file {0} is missing`.
 * Concatenations are joined, and conditions with literal branches give a text each, so that "1 file" and
 * "2 files" are two.
 */
export function textsIn(file: string, source: string, isLeftOut: LeftOut = () => false): ReadonlySet<string> {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = visitor(isLeftOut, (forms, isMarked) => {
    for (const form of forms) for (const key of keysOf(form, isMarked)) found.add(key);
  });
  visit(tree);
  return found;
}

/** Whether no literal within a node is for people. */
export type LeftOut = (node: ts.Node) => boolean;

/** Lines stand alone: most texts leave the program line by line. */
function keysOf(form: Pieces, isMarked: boolean): readonly string[] {
  return linesOf(form)
    .map(trimmed)
    .filter((line) => (isMarked ? /\p{L}/u.test(line.join("")) : isText(line)))
    .map(keyOf);
}

export function keyOf(pieces: Pieces): string {
  return pieces.reduce((key, piece, at) => (at === 0 ? piece : `${key}{${at - 1}}${piece}`), "");
}

function linesOf(form: Pieces): readonly Pieces[] {
  const lines: string[][] = [[]];
  for (const piece of form) {
    const [first = "", ...others] = piece.split("\n");
    lines.at(-1)?.push(first);
    for (const other of others) lines.push([other]);
  }
  return lines;
}

/** Without what a line has besides its text. */
function trimmed(pieces: Pieces): Pieces {
  const [start] = coreOf(pieces[0] ?? "x");
  const whole = [(pieces[0] ?? "").slice(start.length), ...pieces.slice(1)];
  const last = whole.length - 1;
  const [, , end] = coreOf(`x${whole[last] ?? ""}`);
  return [...whole.slice(0, last), (whole[last] ?? "").slice(0, (whole[last] ?? "").length - end.length)];
}

/** At least two words, of which a value may be one, with a blank between; and not code. */
function isText(pieces: Pieces): boolean {
  const literal = pieces.join("");
  if (isCode.test(literal)) return false;
  if (!/(?:^|[\s("'])[A-Za-z][a-z]*[a-z](?:$|[\s,.;:!?)"'…])/.test(literal)) return false;
  const words = keyOf(pieces)
    .split(/\s+/)
    .filter((word) => /[A-Za-z]{2}|\{\d+\}|^a$|^\d+$/i.test(word));
  return words.length >= 2;
}

/** A line of a script, of a diff or of metrics. */
const isCode = /\);$|=> |\$\(|require\(|^@@ |^(?:TYPE|HELP) |^flowchart /;

type Found = (forms: readonly Pieces[], isMarked: boolean) => void;

function visitor(isLeftOut: LeftOut, found: Found): (node: ts.Node) => void {
  const visit = (node: ts.Node, isMarked = false): void => {
    if (isOther(node) || isLeftOut(node)) return;
    const noun = countedNoun(node);
    if (noun !== undefined) found([[`1 ${noun}`], ["", ` ${noun}s`]], false);
    if (isTextual(node)) {
      const values: ts.Expression[] = [];
      found(formsOf(node, values, mostForms), isMarked);
      for (const value of new Set(values)) visit(value);
      return;
    }
    const marked = markedChild(node);
    ts.forEachChild(node, (child) => {
      visit(child, child === marked);
    });
  };
  return visit;
}

/** What `counted(n, "file")` counts: it gives "1 file" or "2 files". */
function countedNoun(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== "counted") return undefined;
  const noun = node.arguments.at(-1);
  return noun !== undefined && ts.isStringLiteral(noun) && node.arguments.length === 2
    ? noun.text
    : undefined;
}

/** What a literal within is not text. */
function isOther(node: ts.Node): boolean {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isTypeNode(node) ||
    ts.isTaggedTemplateExpression(node) ||
    (ts.isNewExpression(node) && node.expression.getText() === "RegExp") ||
    (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) ||
    isExample(node)
  );
}

/** The command of `[command, purpose]` in a verb's examples. */
function isExample(node: ts.Node): boolean {
  const row = node.parent as ts.Node | undefined;
  if (row === undefined || !ts.isArrayLiteralExpression(row) || row.elements[0] !== node) return false;
  const property = row.parent.parent;
  return ts.isPropertyAssignment(property) && property.name.getText() === "examples";
}

function isTextual(node: ts.Node): node is ts.Expression {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      [node.left, node.right].some(isTextual))
  );
}

/** What is a text even if it is a single word: the argument of `spokenWord` or `asWord`, and a `title`. */
function markedChild(node: ts.Node): ts.Node | undefined {
  if (ts.isCallExpression(node))
    return /^(?:spokenWord|asWord)$/.test(node.expression.getText()) ? node.arguments[0] : undefined;
  return ts.isPropertyAssignment(node) && node.name.getText() === "title" ? node.initializer : undefined;
}

/** The forms of an expression; `values` gets what is between their pieces. */
function formsOf(node: ts.Expression, values: ts.Expression[], most: number): readonly Pieces[] {
  const plain = unwrapped(node);
  if (ts.isStringLiteralLike(plain)) return [[plain.text]];
  if (ts.isTemplateExpression(plain))
    return plain.templateSpans.reduce<readonly Pieces[]>(
      (before, { expression, literal }) =>
        joined(joined(before, within(expression, values, most / before.length)), [[literal.text]]),
      [[plain.head.text]],
    );
  if (isTextual(plain) && ts.isBinaryExpression(plain)) {
    const left = within(plain.left, values, most);
    return joined(left, within(plain.right, values, most / left.length));
  }
  values.push(plain);
  return [["", ""]];
}

/** A part of a text: the forms that a condition gives it, if they are not too many, or a value. */
function within(node: ts.Expression, values: ts.Expression[], most: number): readonly Pieces[] {
  const own: ts.Expression[] = [];
  const forms = branchesOf(node).flatMap((branch) => formsOf(branch, own, most));
  const once = [...new Map(forms.map((form) => [JSON.stringify(form), form])).values()];
  if (once.length > 1 && once.length > most) {
    values.push(node);
    return [["", ""]];
  }
  values.push(...own);
  return once;
}

/** `a ? "x" : "y"` and `a ?? "y"` as what they may be. */
function branchesOf(node: ts.Expression): readonly ts.Expression[] {
  const plain = unwrapped(node);
  if (ts.isConditionalExpression(plain))
    return [...branchesOf(plain.whenTrue), ...branchesOf(plain.whenFalse)];
  if (
    ts.isBinaryExpression(plain) &&
    [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(plain.operatorToken.kind) &&
    isTextual(unwrapped(plain.right))
  )
    return isEmptyText(plain.right)
      ? branchesOf(plain.left)
      : [...branchesOf(plain.left), ...branchesOf(plain.right)];
  const meant = ts.isIdentifier(plain) ? initializerOf(plain) : undefined;
  if (meant === undefined) return [plain];
  const branches = branchesOf(meant);
  return branches.some(isTextual) ? branches : [plain];
}

function isEmptyText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) && node.text === "";
}

/** The value of a constant of this file. */
function initializerOf(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node = name.parent; ; scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((one) => one.name.getText() === name.text))
      return undefined;
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const))
        continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (found !== undefined) return found.initializer;
    }
    if (ts.isSourceFile(scope)) return undefined;
  }
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)
    ? unwrapped(node.expression)
    : node;
}

/** Every form of the first before every form of the second; values side by side become one. */
function joined(first: readonly Pieces[], second: readonly Pieces[]): readonly Pieces[] {
  return first.flatMap((before) =>
    second.map((after) => {
      const [head = "", ...rest] = after;
      const whole = [...before.slice(0, -1), `${before.at(-1) ?? ""}${head}`, ...rest];
      return whole.filter((piece, at) => piece !== "" || at === 0 || at === whole.length - 1);
    }),
  );
}
