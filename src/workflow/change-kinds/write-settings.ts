import { modeText } from "../../formats/text/mode-text.js";
import { sha256 as sha256Of } from "../../host/random-hex.js";
import type { Secret } from "../../problem/secret.js";
import type { ChangeKind } from "../change-kind.js";
import type { FileBefore } from "./shared/kept-content.js";
import { type ReplaceFile, replaceFile } from "./write-file.js";

/**
 * Change an application's settings file, which holds secrets: neither its text nor the text before is ever
 * shown, or kept except as a copy that only root can read.
 */
export interface WriteSettings extends ReplaceFile {
  readonly kind: "write-settings";
  /** What the file is; left out: settings. */
  readonly what?: "PIN file";
  /**
   * The whole new text. Absent in a change that comes from a journal, which keeps no secrets and is only for
   * taking back.
   */
  readonly content?: Secret;
  /** SHA-256 of the new text. */
  readonly sha256: string;
  /**
   * SHA-256 of the text it replaces; null for a new file. `apply` refuses if the file no longer matches it.
   */
  readonly before: string | null;
  /**
   * What changes, one setting per line, without secrets and free text that was there before:
   * "KeyStores:MyHsm:Module: a.so → b.so", "KeyStores:MyHsm:Pin: <changed>".
   */
  readonly summary: readonly string[];
}

export const writeSettings: ChangeKind<WriteSettings, FileBefore> = {
  ...replaceFile<WriteSettings>({
    what: ({ what }) => what ?? "settings",
    content: ({ content }) => {
      if (content === undefined) throw new Error("a change from a journal was to be made");
      return Buffer.from(content.reveal());
    },
    isContent: (change, now) => sha256Of(now) === change.sha256,
    isPlannedFrom: ({ before }, then) => (then === undefined ? before === null : sha256Of(then) === before),
  }),
  summary: ({ summary }) => summary,
  // neither the text nor its hash, from which a short PIN could be found by trial
  json: ({ what, owner, group, mode, before, summary }) => ({
    ...(what && { what }),
    owner,
    group,
    mode: modeText(mode),
    new: before === null,
    summary,
  }),
  // a journal identifies the text only by its hash
  journaled: ({ kind, what, step, path, trusting, owner, group, mode, sha256, before, summary }) => ({
    kind,
    ...(what && { what }),
    step,
    path,
    ...(trusting !== undefined && { trusting }),
    owner,
    group,
    mode,
    sha256,
    before,
    summary,
  }),
};
