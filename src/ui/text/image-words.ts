import { isRecord } from "../../formats/json/json-values.js";
import { Problem } from "../../problem/problem.js";
import { cleanLine } from "./clean-text.js";

/** How texts are told by a command that works inside another root: none of them says "this host". */
export interface ImageWords {
  readonly text: (text: string) => string;
  readonly problem: (problem: Problem) => Problem;
  /** For JSON.stringify: problems and notes of a document in these words, and nothing else. */
  readonly replacer: (key: string, value: unknown) => unknown;
}

/**
 * In knetctl's texts, "this host" is the root that is provisioned; "this machine" is the one where knetctl
 * runs. For `--root`, problems and notes name the image instead. What stands in quotes is somebody else's
 * text and stays; diffs and files are never put through this.
 */
export function imageWords(root: string): ImageWords {
  const image = `image ${cleanLine(root)}`;
  const text = (whole: string): string => whole.replace(quotedOrHost, (found) => named(found, image));
  return {
    text,
    problem: ({ code, message, severity, where, detail, hint, cause }) =>
      new Problem(code, text(message), {
        severity,
        ...(where && { where }),
        ...(detail !== undefined && { detail: text(detail) }),
        ...(hint !== undefined && { hint: text(hint) }),
        cause,
      }),
    replacer: (key, value) => {
      if (key === "notes" && Array.isArray(value))
        return value.map((note: unknown) => (isRecord(note) ? told(note, ["text"], text) : note));
      return isProblem(value) ? told(value, ["title", "detail", "hint"], text) : value;
    },
  };
}

const quotedOrHost =
  /"(?:[^"\\\n]|\\.)*"|\bon this host\b(?!')|\bthis host\b(?:'s\b)?|\b(?:[nd]?este|a este) host\b/gi;

function named(found: string, image: string): string {
  switch (found) {
    case "on this host":
      return `in the ${image}`;
    case "On this host":
      return `In the ${image}`;
    case "this host":
      return `the ${image}`;
    case "This host":
      return `The ${image}`;
    case "this host's":
      return "the image's";
    case "This host's":
      return "The image's";
    case "neste host":
      return `na ${inPortuguese(image)}`;
    case "Neste host":
      return `Na ${inPortuguese(image)}`;
    case "deste host":
      return `da ${inPortuguese(image)}`;
    case "este host":
      return `a ${inPortuguese(image)}`;
    case "Este host":
      return `A ${inPortuguese(image)}`;
    case "a este host":
      return `à ${inPortuguese(image)}`;
    default:
      return found;
  }
}

function inPortuguese(image: string): string {
  return image.replace(/^image/, "imagem");
}

/** The shape of a problem, also of one that was read from a record. */
function isProblem(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && ["code", "severity", "title"].every((key) => typeof value[key] === "string");
}

function told(
  of: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  words: (text: string) => string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [
      key,
      keys.includes(key) && typeof value === "string" ? words(value) : value,
    ]),
  );
}
