import { utf8Length } from "../text/utf8.js";
import type { EntryEditor, EntryFault } from "./entry-editor.js";
import { hashComments, markedBlocks } from "./marked-blocks.js";

/** NSS reads a line in a buffer of this size, with its line break and a zero at its end. */
const lineBytes = 2048;

/**
 * Entries in NSS's pkcs11.txt, each with one module. Format: its reader and writers (lib/util/utilmod.c
 * and utilpars.c in NSS's source), modutil 3.87 and 3.110. A blank line ends a module; `#` begins a
 * comment in the first column alone; a value is the rest of its line, or quoted. NSS's tools write a
 * module that they change anew, right behind the last line, and lose a last one that no blank line
 * follows: so one follows each entry. They remove a module by its name or library, whichever they find
 * first: neither may be there twice.
 */
export function nssModules(): EntryEditor {
  const blocks = markedBlocks({ comments: hashComments, isParagraph: true });
  return { ...blocks, fault: (text) => blocks.fault(text) ?? textFault(text) ?? clash(text, blocks) };
}

function textFault(text: string): EntryFault | undefined {
  const at = text.indexOf("\r");
  if (at !== -1) return { offset: at, reason: "NSS's tools misread its carriage returns" };
  if (text !== "" && !text.endsWith("\n"))
    return {
      offset: text.length,
      reason: "its last line has no end, and NSS's tools would lose that module",
    };
  let offset = 0;
  for (const line of text.split("\n")) {
    if (utf8Length(line) > lineBytes - 2) return { offset, reason: "NSS reads no line that is so long" };
    offset += line.length + 1;
  }
  return undefined;
}

interface Module {
  /** Without comments. */
  readonly lines: string;
  readonly names: readonly string[];
  readonly libraries: readonly string[];
}

function clash(text: string, { names, read }: EntryEditor): EntryFault | undefined {
  const modules = modulesIn(text);
  for (const name of names(text)) {
    const body = read(text, name) ?? "";
    const offset = text.indexOf(body);
    const [own] = modulesIn(body);
    const others = modules.filter(({ lines }) => lines !== own?.lines);
    if (own === undefined || others.length === modules.length)
      return { offset, reason: "an entry and a module beside it are read as one: a blank line is missing" };
    if (modules.length - others.length > 1 || others.some((other) => shares(own.names, other.names)))
      return { offset, reason: "another module has the same name" };
    if (others.some((other) => shares(own.libraries, other.libraries)))
      return {
        offset,
        reason: "another module has the same library: one entry is enough for all its tokens",
      };
  }
  return undefined;
}

function shares(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => one !== "" && others.includes(one));
}

function modulesIn(text: string): readonly Module[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n{2,}/)
    .map((lines) => lines.replace(/^\n+|\n+$/g, ""))
    .filter((lines) => lines !== "")
    .map((lines) => {
      const pairs = lines.split("\n").flatMap(pairsIn);
      const at = (key: string): readonly string[] =>
        pairs.filter((pair) => pair.key === key).map(({ value }) => value);
      return { lines, names: at("name"), libraries: at("library") };
    });
}

/** A line whose first value is quoted may have further ones. */
function pairsIn(line: string): readonly { readonly key: string; readonly value: string }[] {
  const equals = line.indexOf("=");
  if (line[equals + 1] !== '"')
    return [{ key: line.slice(0, equals).toLowerCase(), value: line.slice(equals + 1) }];
  return [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", value = ""]) => ({
    key: key.toLowerCase(),
    value: value.replace(/\\(.)/g, "$1"),
  }));
}
