import type { CST, Lexer, Parser } from "yaml";
import { depthLimit } from "./tree.js";

/** The parser's tokens, or the offset where the nesting or the number of parts exceeds its limit. */
export type BoundedTokens =
  { readonly tokens: readonly CST.Token[] } | { readonly tooDeepAt: number } | { readonly tooManyAt: number };

/**
 * The most words, signs, spaces and line breaks, which determine how long reading YAML takes; 10,000 users
 * need a third of these.
 */
export const lexemeLimit = 1_000_000;

/** Announces a scalar: the lexeme after it is text, whatever it looks like. */
const scalarMark = "\u001f";

/**
 * Parses while the nesting and the number of parts are within their limits. On a text made to attack it, the
 * library's recursive composer would crash the whole process, and its parser would use up all memory. So
 * brackets are counted before the parser sees them, and the tokens are walked with an explicit stack.
 */
export function boundedTokens(text: string, lexer: Lexer, parser: Parser): BoundedTokens {
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
