import { asAbsolutePath } from "../../host/path.js";
import { parseAddress } from "../address.js";
import { pathMistake, textMistake } from "../checks/text.js";
import type { Finding } from "../finding.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { textOf, type Entry, type TreeNode } from "../reading/tree.js";

/** The longest text that settings hold in one line; longer than any name in use. */
const longestName = 255;

/** `blanks`: spaces at the ends are allowed. `bytes`: the most, in UTF-8. */
export interface TextRule {
  readonly bytes?: number;
  readonly blanks?: boolean;
  readonly hint: string;
}

/**
 * A short text of one line: a name, a label, a serial number. The schema reports empty texts and other kinds
 * of value.
 */
export function checkText(
  entry: Entry | undefined,
  { bytes = longestName, blanks = false, hint }: TextRule,
): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const padded = !blanks && text.trim() !== text ? "it starts or ends with a space" : undefined;
  const mistake = textMistake(text, bytes) ?? padded;
  if (mistake === undefined) return [];
  const allowed = `1 to ${bytes} bytes, no control characters${blanks ? "" : ", no space at either end"}`;
  return [
    {
      code: "profile-value-invalid",
      title: `${entry.key} is not valid`,
      anchor: entry.value,
      detail: `found ${quoted(text)}: ${mistake}; allowed: ${allowed}`,
      hint,
    },
  ];
}

/**
 * The address or host name of an HSM: unlike the kNET module's configuration, the application's settings are
 * documented to take both.
 */
export function checkHost(entry: Entry | undefined): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const address = parseAddress(text);
  if (address.kind !== "invalid") return [];
  return [
    {
      code: "profile-address-invalid",
      title: `${entry.key} is neither an address nor a host name`,
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: an IPv4 or IPv6 address, or a host name`,
      hint: address.hint,
    },
  ];
}

export function isAddress(text: string): boolean {
  return parseAddress(text).kind === "address";
}

/** In bytes: PATH_MAX without its NUL. */
const longestPath = 4095;

/** A PKCS #11 library as given to dlopen, which searches for a name without a slash, but not for a path. */
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
  if (text.trim() !== text) return "remove the spaces around it";
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

/** Whether the text is plainly the name or path of a library. */
export function isModuleName(text: string): boolean {
  return /^[\w./+-]+\.(so(\.\d+)*|dll)$/i.test(text);
}

/** Two keys of a key store that say the same thing. */
export function conflict(anchor: Entry, title: string, hint: string): Finding {
  return { code: "profile-key-store-conflict", title, anchor, hint };
}

/** A key store that has none of the keys of which it needs one. */
export function incomplete(anchor: Entry, title: string, hint: string): Finding {
  return { code: "profile-key-missing", title, anchor, hint };
}
