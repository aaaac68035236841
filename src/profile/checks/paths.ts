import { secretSlots } from "./secrets.js";
import type { Finding } from "../finding.js";
import { absoluteHome, pathMistake } from "./text.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { entryOf, textOf, type TreeNode } from "../reading/tree.js";

/**
 * The module's archive and hash, and the paths of files with secrets: they must be paths that can exist here.
 */
export function checkPaths(root: TreeNode): readonly Finding[] {
  const module = entryOf(root, "module")?.value;
  const secrets = secretSlots(root).flatMap(({ key, value }) =>
    checkPath(entryOf(value, "file")?.value, `${key} file`, true),
  );
  return [
    ...checkPath(entryOf(module, "archive")?.value, "archive", false),
    ...checkHash(entryOf(module, "sha256")?.value),
    ...secrets,
    ...checkHome(entryOf(entryOf(root, "service")?.value, "home")?.value),
  ];
}

function checkPath(node: TreeNode | undefined, what: string, secret: boolean): readonly Finding[] {
  const text = textOf(node);
  if (node === undefined || text === undefined) return [];
  const placeholder = placeholderFinding(text, node, secret);
  if (placeholder) return secret ? [] : [placeholder];
  const hint = pathMistake(text);
  if (hint === undefined) return [];
  return [
    {
      code: "profile-path-invalid",
      title: `${what} is not a usable path`,
      anchor: node,
      ...(!secret && { detail: quoted(text) }),
      hint,
    },
  ];
}

function checkHash(node: TreeNode | undefined): readonly Finding[] {
  const text = textOf(node);
  if (node === undefined || text === undefined) return [];
  const placeholder = placeholderFinding(text, node);
  if (placeholder) return [placeholder];
  if (/^[0-9A-Fa-f]{64}$/.test(text)) return [];
  return [
    {
      code: "profile-value-invalid",
      title: "sha256 is not a SHA-256 hash",
      anchor: node,
      detail: `found ${quoted(text)} (${text.length} characters); allowed: 64 hexadecimal digits`,
      hint: "take it from the archive's source, or from sha256sum ARCHIVE",
    },
  ];
}

function checkHome(node: TreeNode | undefined): readonly Finding[] {
  const text = textOf(node);
  if (node === undefined || text === undefined || absoluteHome(text) !== undefined) return [];
  return [
    {
      code: "profile-path-invalid",
      title: "home is not an absolute path",
      anchor: node,
      detail: `found ${quoted(text)}; allowed: a path such as /var/amplia, without . or .. parts`,
      hint: "write the whole path, or leave home out to use the account's passwd entry",
    },
  ];
}
