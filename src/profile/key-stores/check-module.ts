import { asAbsolutePath } from "../../host/path.js";
import type { Finding } from "../finding.js";
import { pathMistake, textMistake } from "../checks/text.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { type Entry, textOf, type TreeNode } from "../reading/tree.js";

/** Bytes: PATH_MAX less its NUL. */
const longestPath = 4095;

/** A PKCS #11 library as dlopen is given it: a name without a slash is searched for, a path is not. */
export function checkModule(entry: Entry | undefined): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const mistake = moduleMistake(text);
  if (mistake === undefined) return /\.dll$/i.test(text) ? [windowsName(entry.value, text)] : [];
  return [
    {
      code: "profile-path-invalid",
      title: "module is not a usable library name",
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: a bare name or an absolute path`,
      hint: mistake,
    },
  ];
}

function moduleMistake(text: string): string | undefined {
  if (textMistake(text, longestPath) !== undefined) return "give a name of one line, such as libeTPkcs11.so";
  if (text.trim() !== text) return "remove the blanks around it";
  const mistake = pathMistake(text);
  if (mistake !== undefined) return mistake;
  return !text.includes("/") || asAbsolutePath(text) !== undefined
    ? undefined
    : "write the whole path, without . or .. parts, or the bare name alone";
}

function windowsName(anchor: TreeNode, text: string): Finding {
  return {
    code: "profile-module-windows",
    title: "module has the name of a Windows library",
    anchor,
    detail: quoted(text),
    hint: "on Linux give the name that ends in .so; SafeNet's eTPKCS11.dll is libeTPkcs11.so",
    severity: "warning",
  };
}
