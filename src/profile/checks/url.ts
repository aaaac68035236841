import { hasControlCharacter, hasLoneSurrogate } from "./text.js";
import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { textOf, type TreeNode } from "../reading/tree.js";

/** What the URL is called, the schemes that it may have ("https"), and an example. */
export interface UrlRule {
  readonly what: string;
  readonly schemes: readonly string[];
  readonly example: string;
}

/**
 * A complete URL with one of the schemes, without user name or password; one that may contain them is not
 * quoted.
 */
export function checkUrl(
  node: TreeNode | undefined,
  { what, schemes, example }: UrlRule,
): readonly Finding[] {
  const text = textOf(node);
  if (node === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, node);
  if (placeholder) return [placeholder];
  const mistake = urlMistake(text, schemes, example);
  if (mistake === undefined) return [];
  const found = /[@?#]/.test(text) ? "it may contain a password and is not shown" : `found ${quoted(text)}`;
  const allowed = schemes.map((scheme) => `${scheme}://`).join(" or ");
  return [
    {
      code: "profile-url-invalid",
      title: `${what} is not a usable URL`,
      anchor: node,
      detail: `${found}; allowed: ${allowed}, a host, a path`,
      hint: mistake,
    },
  ];
}

function urlMistake(text: string, schemes: readonly string[], example: string): string | undefined {
  if (text.trim() !== text || /\s/.test(text) || hasControlCharacter(text) || hasLoneSurrogate(text))
    return "remove the spaces and invisible characters from it";
  if (!schemes.some((scheme) => text.startsWith(`${scheme}://`)))
    return `start it with ${schemes.join(":// or ")}://, for example ${example}`;
  if (!URL.canParse(text)) return `write it in full, for example ${example}`;
  const { username, password } = new URL(text);
  return username === "" && password === "" ? undefined : "remove the user and password before the @";
}
