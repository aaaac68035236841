import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** One import of a source file: `import`, `export … from`, or `import()` of a literal. */
export interface SourceImport {
  /** Path below src of the importing file. */
  readonly file: string;
  /** Path below src of the imported file (with .ts), or the package's specifier. */
  readonly target: string;
  readonly ours: boolean;
  /** Only types: nothing is loaded at run time. */
  readonly typeOnly: boolean;
  /** Loaded with the importing file; false for `import()`, which loads when it is reached. */
  readonly atOnce: boolean;
}

/** Paths below `folder` of all TypeScript files that people wrote, sorted. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("generated/"))
    .sort();
}

/** Every import of every source file below `folder`. */
export function sourceImports(folder: string): readonly SourceImport[] {
  return sourceFiles(folder).flatMap((file) => importsIn(folder, file));
}

/** Every import of one source file, `file` being its path below `folder`. */
export function importsIn(folder: string, file: string): readonly SourceImport[] {
  return importsOf(file, readFileSync(join(folder, file), "utf8"));
}

/** The text parsed, without types. */
export function parsed(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
}

function importsOf(file: string, text: string): readonly SourceImport[] {
  const found: SourceImport[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean, atOnce = true): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const ours = specifier.text.startsWith(".");
    const target = ours
      ? normalize(join(dirname(file), specifier.text)).replace(/\.js$/, ".ts")
      : specifier.text;
    found.push({ file, target, ours, typeOnly, atOnce });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, typesAlone(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(node.expression))
    )
      add(node.arguments[0], false, false);
    ts.forEachChild(node, visit);
  };
  visit(parsed(file, text));
  return found;
}

/** `import type …`, or an import whose every name is marked `type`. */
function typesAlone(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    clause.name === undefined &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.every((name) => name.isTypeOnly)
  );
}

function isRequire(callee: ts.Expression): boolean {
  return ts.isIdentifier(callee) && callee.text === "require";
}
