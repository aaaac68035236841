import type {
  CST,
  DocumentOptions,
  Lexer,
  ParseOptions,
  Parser,
  ScalarTag,
  SchemaOptions,
  Tags,
  YAMLError,
} from "yaml";
import type { Finding } from "../finding.js";
import { type Reading, syntaxFindings, type SyntaxMistake, tooDeep } from "./syntax.js";
import { depthLimit } from "./tree.js";
import { YamlTree } from "./yaml-tree.js";

/**
 * Text that is neither a number nor a keyword is recognised before the library tries eight patterns on it,
 * which take long to compile: by its first character, or after a digit by a letter that no number has (an x
 * or o may be that of 0x or 0o) or a second point.
 */
const plainText: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^(?:[^-+.\d~nNtTfF]|\d[^xo]*[a-df-np-wyzA-DF-Z]|\d+\.\d+\.)/,
  resolve: (text) => text,
};

/** The library's tag of decimal integers comes first: none of the patterns before it accepts one. */
function integersFirst(tags: Tags): Tags {
  const decimals = tags.filter(
    (tag) => typeof tag === "object" && tag.tag === "tag:yaml.org,2002:int" && tag.format === undefined,
  );
  return [...decimals, ...tags];
}

/**
 * Duplicate keys are found in the tree, in linear time; the library would compare each key with all others.
 */
const options: DocumentOptions & SchemaOptions & ParseOptions = {
  customTags: (tags) => [plainText, ...integersFirst(tags)],
  uniqueKeys: false,
  stringKeys: true,
  strict: true,
  merge: false,
  prettyErrors: false,
  logLevel: "silent",
};

/**
 * One YAML 1.2 document with positions. Each of these is refused with its own finding: aliases (a few lines
 * could stand for millions), tags, merge keys, more than one document, another YAML version, duplicate keys,
 * tabs. Never throws for a text.
 */
export async function readYaml(text: string): Promise<Reading> {
  const { Lexer, Parser, Composer, isMap, isSeq, isScalar, isAlias } = await import("yaml");
  const bounded = boundedTokens(text, new Lexer(), new Parser());
  if ("tooDeepAt" in bounded) return { findings: [tooDeep(bounded.tooDeepAt)] };
  if ("tooManyAt" in bounded) return { findings: [tooMany(bounded.tooManyAt)] };
  const [document, second] = new Composer(options).compose(bounded.tokens, true, text.length);
  if (document === undefined) return { findings: [] };
  const findings: Finding[] = syntaxFindings(text, document.errors.map(syntaxErrorOf));
  if (second) findings.push(secondDocument(second.range[0]));
  if (document.directives.yaml.version !== "1.2") findings.push(otherVersion());
  if (findings.length > 0 || document.contents === null) return { findings };
  const tree = new YamlTree(findings, { isMap, isSeq, isScalar, isAlias });
  return { root: tree.convert(document.contents, false), findings };
}

/** The parser's tokens, or the offset where the nesting or the number of parts exceeds its limit. */
type BoundedTokens =
  | { readonly tokens: readonly CST.Token[] }
  | { readonly tooDeepAt: number }
  | { readonly tooManyAt: number };

/**
 * The most words, signs, spaces and line breaks, which determine how long reading YAML takes; 10,000 users
 * need a third of these.
 */
const lexemeLimit = 1_000_000;

/** Announces a scalar: the lexeme after it is text, whatever it looks like. */
const scalarMark = "\u001f";

/**
 * Parses while the nesting and the number of parts are within their limits. On a text made to attack it, the
 * library's recursive composer would crash the whole process, and its parser would use up all memory. So
 * brackets are counted before the parser sees them, and the tokens are walked with an explicit stack.
 */
function boundedTokens(text: string, lexer: Lexer, parser: Parser): BoundedTokens {
  const tokens: CST.Token[] = [];
  const nesting = new Nesting();
  let lexemes = 0;
  for (const lexeme of lexer.lex(text)) {
    if (++lexemes > lexemeLimit) return { tooManyAt: parser.offset };
    if (nesting.after(lexeme) > depthLimit) return { tooDeepAt: parser.offset };
    for (const token of parser.next(lexeme)) tokens.push(token);
    // maps of maps on one line (`a: a: a: …`) show in no other way; a list or map takes at most two places
    // there, and its scalar one
    if (parser.stack.length > 2 * depthLimit + 4) return { tooDeepAt: parser.offset };
  }
  tokens.push(...parser.end());
  const tooDeepAt = deepOffset(tokens);
  return tooDeepAt === undefined ? { tokens } : { tooDeepAt };
}

/** How many brackets are open, and how many lists and maps begin on one line. */
class Nesting {
  #brackets = 0;
  #onLine = 0;
  #inScalar = false;

  after(lexeme: string): number {
    const isText = this.#inScalar;
    this.#inScalar = lexeme === scalarMark;
    if (lexeme.endsWith("\n")) this.#onLine = 0;
    else if (isText) return 0;
    else if (lexeme === "[" || lexeme === "{") this.#brackets++;
    else if (lexeme === "]" || lexeme === "}") this.#brackets = Math.max(0, this.#brackets - 1);
    else if (lexeme === "-" || lexeme === "?") this.#onLine++;
    return this.#brackets + this.#onLine;
  }
}

function deepOffset(tokens: readonly CST.Token[]): number | undefined {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > depthLimit) return token.offset;
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}

function tooMany(offset: number): Finding {
  return {
    code: "profile-too-large",
    title: "profile is too large for YAML",
    anchor: { offset },
    detail: `it has more than ${lexemeLimit} words, signs and spaces; the limit is reached here`,
    hint: "write it as JSON, which is much faster to read",
  };
}

function secondDocument(offset: number): Finding {
  return {
    code: "profile-many-documents",
    title: "more than one YAML document in the file",
    anchor: { offset },
    hint: "keep one profile per file; remove the line --- or ... and what follows",
  };
}

function otherVersion(): Finding {
  return {
    code: "profile-yaml-version",
    title: "profile asks for a YAML version other than 1.2",
    anchor: { offset: 0 },
    hint: "remove the line that starts with %YAML",
  };
}

/**
 * The library's messages for these codes are fixed texts; those for other codes quote the file, and so
 * perhaps a PIN.
 */
const fixedWords: ReadonlySet<string> = new Set([
  "BAD_INDENT",
  "MISSING_CHAR",
  "BLOCK_IN_FLOW",
  "MULTILINE_IMPLICIT_KEY",
  "KEY_OVER_1024_CHARS",
]);

const titles: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: "unknown escape after a backslash: use single quotes, or double the backslash",
  BAD_SCALAR_START: "a value cannot start with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a second key on the line: put the value in quotes, or start a new line",
  BAD_DIRECTIVE: "unknown directive: remove the line that starts with %",
  NON_STRING_KEY: "a key must be plain text",
  TAG_RESOLVE_FAILED: "YAML tags are not supported",
  BAD_ALIAS: "YAML aliases are not supported: put text that starts with * or & in quotes",
};

/** Mistakes within a word, which leave the structure around it intact. */
const harmless: ReadonlySet<string> = new Set(["BAD_DQ_ESCAPE", "BAD_SCALAR_START", "TAG_RESOLVE_FAILED"]);

/** An error of the YAML library in words that quote nothing from the file. */
export function syntaxErrorOf({ code, message, pos: [offset] }: YAMLError): SyntaxMistake {
  if (code === "TAB_AS_INDENT") {
    return {
      offset,
      code: "profile-tab",
      title: "tab in the indentation",
      hint: "indent with spaces; YAML does not allow tabs",
    };
  }
  const [, closing] = code === "BAD_INDENT" ? (/ end with a ([\]}])$/.exec(message) ?? []) : [];
  if (closing !== undefined) {
    return {
      offset,
      title: `a closing ${closing} is missing before this line`,
      hint:
        `close what is opened with ${closing === "]" ? "[" : "{"} above, or indent this line if it ` +
        "belongs inside",
    };
  }
  const title = fixedWords.has(code) ? `${message.charAt(0).toLowerCase()}${message.slice(1)}` : titles[code];
  return {
    offset,
    title: title ?? "not valid YAML",
    hint: "check quotes, brackets and indentation on this line and the one before",
    harmless: harmless.has(code),
  };
}
