import type { SecretUse } from "../../profile/secret-uses.js";
import type { PinSource } from "../../profile/types.js";

/** A secret of the profile, with names for those who keep it. */
export interface NamedSecret {
  /** For people; text of the profile. */
  readonly of: string;
  /** A file's or credential's name: letters, digits, `_` and `-`. */
  readonly name: string;
  /** The same as a label of DNS, as Kubernetes wants names: lower case letters, digits and `-`. */
  readonly label: string;
  readonly source: PinSource;
}

/** Each source once, by its first use, under names that no two have. A credential keeps its own if it can. */
export function namedSecrets(uses: readonly SecretUse[]): readonly NamedSecret[] {
  const [names, labels] = [new Set<string>(), new Set<string>()];
  const first = uses.filter((use, at) => uses.findIndex(({ source }) => source === use.source) === at);
  return first.map(({ of, source }) => {
    const wanted = source.from === "credential" ? source.name : of;
    return {
      of,
      source,
      name: unlike(names, nameOf(wanted)),
      label: unlike(labels, labelOf(wanted)),
    };
  });
}

/** A name of the profile as a label of DNS; the text may be anything. */
export function labelOf(text: string): string {
  return nameOf(text).toLowerCase().replaceAll("_", "-");
}

/** What of a text can be in a name: "n" where nothing can. */
function nameOf(text: string): string {
  const letters = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const name = letters.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  return name.slice(0, 40).replace(/[-_]+$/, "") || "n";
}

function unlike(taken: Set<string>, name: string): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
  taken.add(free);
  return free;
}

/** The file that a secret comes from, for a command in a comment: only where its path needs no quotes. */
export function sayableFile(source: PinSource): string {
  const path = source.from === "file" ? source.path : "";
  return /^\/[A-Za-z0-9._/-]*[A-Za-z0-9]$/.test(path) ? path : "PIN-FILE";
}
