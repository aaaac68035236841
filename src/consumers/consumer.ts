import type { EntryEditor } from "../formats/entries/entry-editor.js";

/**
 * A program that uses the module. Everything that is known of one is in its file below `types`, and
 * `consumers` lists them by what a profile calls them; the rest (profile, render, plan, proof, page) is
 * derived. Pure: nothing here needs a host.
 */
export interface Consumer {
  /** For people: "p11-kit module file". */
  readonly title: string;
  /** Its keys in a profile besides type, user, module, file and pin_file, each with what it holds. */
  readonly keys: Readonly<Record<string, ConsumerKey>>;
  /**
   * How it gets the PIN. `file`: from a file of its own, which `pin_file` names. `literal`: it can only be
   * given the PIN itself, so that its text is a secret. `none`: it has no place for it.
   */
  readonly pin: "file" | "literal" | "none";
  /** Whether `module` must be a path; else a bare name, which the dynamic loader finds, will do. */
  readonly modulePath: boolean;
  /**
   * True: its client logs in to every token that the module shows, with one PIN. Where there are several
   * users, that spends login attempts of the others, so it takes a profile with a single user.
   */
  readonly usesEveryToken?: true;
  readonly place: ConsumerPlace;
  /** The text: of the whole file, of the entry without its marks, or to be pasted. Ends in a line break. */
  readonly text: (wanted: WantedConsumer, pin: string) => string;
  /** How it is shown with its real client that all this works; left out: nobody can say here. */
  readonly proof?: (wanted: WantedConsumer) => ConsumerProof;
}

export interface ConsumerKey {
  readonly kind: "text" | "flag";
  readonly required?: boolean;
  /** The most bytes of a text; 255 if left out. */
  readonly bytes?: number;
}

/** Where the text goes. */
export type ConsumerPlace =
  | {
      /** A file that is knetctl's as a whole. */
      readonly kind: "whole";
      readonly file: (name: string) => string;
      /** `everyone`: it is read by any program; `service`: by the service alone. */
      readonly readers: "everyone" | "service";
    }
  | {
      /** An entry in a file that is somebody else's. */
      readonly kind: "entry";
      readonly file: (name: string) => string;
      readonly readers: "everyone" | "service";
      readonly editor: EntryEditor;
      /** For a file that only its program makes, and that it looks for by this name; with the command. */
      readonly madeBy?: { readonly name: string; readonly command: (folder: string) => readonly string[] };
    }
  /** Text for a person to put in place: it belongs inside of what only they know. */
  | { readonly kind: "paste" };

/** A consumer as the profile wants it, with everything filled in. */
export interface WantedConsumer {
  /** Its name in the profile. */
  readonly name: string;
  readonly type: string;
  /** The account that runs it: the profile's service user. */
  readonly service: string;
  /** The label of the token: the name of the profile's user. */
  readonly token: string;
  /**
   * Which of the module's tokens it is, from 0, if its slots are in the order of the profile's users: seen
   * once, and said nowhere, so a proof has to look. Absent where it is not known: in knetctl's record.
   */
  readonly tokenIndex?: number;
  readonly module: string;
  /** The file of the text; absent where it is pasted. */
  readonly file?: string;
  /** The file with the PIN; absent where there is none. */
  readonly pinFile?: string;
  /** The values of its own keys. */
  readonly keys: Readonly<Record<string, string | boolean>>;
}

/** Runs as the service, in a private folder with a file `data` in it, which is gone afterwards. */
export interface ConsumerProof {
  /** Debian's package with the client, for whoever lacks it. */
  readonly package: string;
  /** What it shows when all went well: "openssl signed, and verified, with key …". */
  readonly proves: string;
  /** Why that is less than a signature; left out: something was signed. */
  readonly unsigned?: string;
  /** One after the other; none is begun after one that failed, so that a wrong PIN is sent once. */
  readonly commands: readonly ProofCommand[];
}

export interface ProofCommand {
  /** "sign": for what is said if it fails. */
  readonly does: string;
  /** Program and arguments; no PIN is ever in them. */
  readonly line: readonly [string, ...string[]];
  /** What is told of it if it fails, where the line is a script: the client and its arguments. */
  readonly shown?: readonly string[];
  /** Variables besides those of the service; no PIN. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What must be in its output, on standard output or error; and it must end with 0. */
  readonly shows?: readonly RegExp[];
}

/** The text that a profile's consumer has at a key; undefined if it has none. */
export function textAt({ keys }: Pick<WantedConsumer, "keys">, key: string): string | undefined {
  const value = keys[key];
  return typeof value === "string" ? value : undefined;
}

/** For `shows`: a pattern that stands for just this text. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** What the head of a file says that is knetctl's as a whole. */
export const ownMark = "written by knetctl";

/** The first line of such a file, in a language with `#` comments. */
export function ownFileHead({ name, type }: Pick<WantedConsumer, "name" | "type">): string {
  return `# consumer ${name} (${type}), ${ownMark}: change the profile, not this file\n`;
}
