import { consumerOf } from "../../consumers/consumers.js";
import { isEntryName } from "../../formats/entries/entry-editor.js";
import { asAbsolutePath } from "../../host/path.js";
import { usualServiceUser } from "../../vendor/client.js";
import type { Finding } from "../finding.js";
import { entriesOf, entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { usualPinFile } from "./build-consumer.js";

/** The keys of a consumer that name a file. */
const pathKeys = ["module", "file", "pin_file"] as const;

/** A place on the host, and whether several consumers may write in it. */
interface Place {
  readonly path: string;
  readonly anchor: Anchor;
  readonly isShared: boolean;
}

/**
 * The files that consumers name: paths that mean the same in every language they are written in, and no file
 * for two things.
 */
export function checkConsumerFiles(root: TreeNode): readonly Finding[] {
  const service = textOf(entryOf(entryOf(root, "service")?.value, "user")?.value) ?? usualServiceUser;
  const entries = entriesOf(root, "consumers");
  const seen = new Map<string, Place>();
  return entries.flatMap((entry) => [
    ...pathKeys.flatMap((key) => checkPath(entryOf(entry.value, key), needsPath(entry))),
    ...checkFileName(entry),
    ...placesOf(entry, service).flatMap((place) => {
      const first = seen.get(place.path);
      if (first === undefined) seen.set(place.path, place);
      return first === undefined || (first.isShared && place.isShared) ? [] : [clash(place, first)];
    }),
  ]);
}

function needsPath({ value }: Entry): boolean {
  return consumerOf(textOf(entryOf(value, "type")?.value) ?? "")?.modulePath === true;
}

function checkPath(entry: Entry | undefined, noName: boolean): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined) return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  const isPath = /^[A-Za-z0-9/._@%+=:,-]+$/.test(text) && asAbsolutePath(text) !== undefined && text !== "/";
  const isName = entry.key === "module" && !noName && /^[A-Za-z0-9._+-]+$/.test(text);
  if (isPath || isName) return [];
  return [
    {
      code: "profile-path-invalid",
      title: `${entry.key} is not a usable path`,
      anchor: entry.value,
      detail: `found ${quoted(text)}; allowed: an absolute path of letters, digits and . _ @ % + = : , -`,
      hint: "choose a path that needs no quotes in any language",
    },
  ];
}

/** A file of which its program reads no other name. */
function checkFileName({ value }: Entry): readonly Finding[] {
  const place = consumerOf(textOf(entryOf(value, "type")?.value) ?? "")?.place;
  const name = place?.kind === "entry" ? place.madeBy?.name : undefined;
  const node = entryOf(value, "file")?.value;
  const text = textOf(node);
  if (node === undefined || text === undefined || name === undefined || text.endsWith(`/${name}`)) return [];
  if (placeholderFinding(text, node)) return [];
  return [
    {
      code: "profile-path-invalid",
      title: "the consumer's program does not read a file with this name",
      anchor: node,
      detail: `found ${quoted(text)}; it reads ${name} in the folder that it is given`,
      hint: `write the path of ${name}`,
    },
  ];
}

function placesOf(entry: Entry, service: string): readonly Place[] {
  const consumer = consumerOf(textOf(entryOf(entry.value, "type")?.value) ?? "");
  if (consumer === undefined || !isEntryName(entry.key)) return [];
  const { place, pin } = consumer;
  const at = (key: string, usual: string, isShared: boolean): Place => {
    const named = entryOf(entry.value, key);
    return { path: textOf(named?.value) ?? usual, anchor: named?.value ?? entry, isShared };
  };
  return [
    ...(place.kind === "paste" ? [] : [at("file", place.file(entry.key), place.kind === "entry")]),
    ...(pin === "file" ? [at("pin_file", usualPinFile(service, entry.key), false)] : []),
  ];
}

function clash({ anchor, path }: Place, first: Place): Finding {
  return {
    code: "profile-consumer-clash",
    title: "two consumers would write the same file",
    anchor,
    detail: quoted(path),
    hint: "give one of them another file, pin_file or name",
    first: first.anchor,
  };
}
