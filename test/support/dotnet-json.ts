/**
 * What an application on .NET reads from a JSON file of settings, by the documented rules alone: a reader of
 * its own that shares nothing with src. Folded key → value; throws where .NET refuses the file, or where its
 * versions differ.
 */
export function readAsDotnetJson(text: string): ReadonlyMap<string, string> {
  const reader = new DotnetJson(text.replace(/^\uFEFF/, ""));
  reader.file();
  return reader.settings;
}

/** The comments of a JSON text, in its order. */
export function jsonComments(text: string): readonly string[] {
  const reader = new DotnetJson(text.replace(/^\uFEFF/, ""));
  reader.file();
  return reader.comments;
}

class DotnetJson {
  readonly settings = new Map<string, string>();
  readonly comments: string[] = [];
  readonly #nothings = new Set<string>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  file(): void {
    this.#skip();
    if (this.#text[this.#at] !== "{") throw new Error("no object at the root");
    this.#value([], 0);
    this.#skip();
    if (this.#at < this.#text.length) throw new Error("text after the end");
    for (const key of this.#nothings)
      if (this.settings.has(key)) throw new Error("a setting and an empty section");
  }

  #value(path: readonly string[], depth: number): void {
    const next = this.#text[this.#at];
    if (next === "{" || next === "[") {
      if (depth === 64) throw new Error("too deep");
      this.#at++;
      const count = this.#content(next === "{" ? "}" : "]", path, depth + 1);
      if (count === 0 && path.length > 0) this.#nothings.add(fold(path.join(":")));
    } else this.#set(path, next === '"' ? this.#string() : this.#word());
  }

  #content(close: "}" | "]", path: readonly string[], depth: number): number {
    for (let count = 0; ; count++) {
      this.#skip();
      if (this.#take(close)) return count;
      if (count > 0) {
        if (!this.#take(",")) throw new Error("no comma");
        this.#skip();
        if (this.#take(close)) return count;
      }
      let name = String(count);
      if (close === "}") {
        name = this.#string();
        while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
        if (!this.#take(":")) throw new Error("no colon");
        this.#skip();
      }
      this.#value([...path, name], depth);
    }
  }

  #set(path: readonly string[], value: string): void {
    const key = fold(path.join(":"));
    if (this.settings.has(key)) throw new Error("a key twice");
    this.settings.set(key, value);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** White space and comments. */
  #skip(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 2);
      if (rest !== "" && " \t\r\n".includes(rest.charAt(0))) this.#at++;
      else if (rest === "//") {
        let end = this.#at;
        while (end < this.#text.length && this.#text[end] !== "\n" && this.#text[end] !== "\r") end++;
        this.#comment(end);
        if (/[\u2028\u2029]/.test(this.comments.at(-1)!)) throw new Error("a line separator in a comment");
      } else if (rest === "/*") {
        const end = this.#text.indexOf("*/", this.#at + 2);
        if (end === -1) throw new Error("a comment without end");
        this.#comment(end + 2);
      } else return;
    }
  }

  #comment(end: number): void {
    this.comments.push(this.#text.slice(this.#at, end));
    this.#at = end;
  }

  #string(): string {
    const [token] = /^"(?:[^"\\]|\\.)*"/s.exec(this.#text.slice(this.#at)) ?? [];
    if (token === undefined) throw new Error("no string");
    this.#at += token.length;
    const value: unknown = JSON.parse(token);
    if (typeof value !== "string" || Buffer.from(value, "utf8").toString("utf8") !== value)
      throw new Error("half a pair");
    return value;
  }

  #word(): string {
    const [token] =
      /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?=[,\]}\s/]|$)/.exec(
        this.#text.slice(this.#at),
      ) ?? [];
    if (token === undefined) throw new Error("no value");
    this.#at += token.length;
    return token === "true" ? "True" : token === "false" ? "False" : token === "null" ? "" : token;
  }
}

/** Equal for keys that .NET takes for the same: single UTF-16 units, and pairs, compared in upper case. */
export function fold(key: string): string {
  let folded = "";
  for (const character of key) {
    const upper = character.toUpperCase();
    const point = character.codePointAt(0);
    const stays =
      point === 0x131 ||
      point === 0x17f ||
      upper.length !== character.length ||
      (upper.length === 2 && upper.codePointAt(0)! < 0x10000);
    folded += stays ? character : upper;
  }
  return folded;
}
