import type { SettingsForm } from "../../formats/settings/settings-text.js";
import type { TextPosition } from "../../formats/text/text-position.js";
import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem, type Where } from "../../problem/problem.js";

/** A setting as it will be. */
export interface LintedSetting {
  readonly key: string;
  readonly value: string;
  /** Of its key in the file as it is; undefined for one that is not there yet, or not with this value. */
  readonly offset: number | undefined;
  /** The profile says it: its text was checked there. */
  readonly ours: boolean;
}

/** What is known of the host besides the file. */
export interface LintContext {
  readonly host: Host;
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
  /** Places in the file as it is. */
  readonly position: (offset: number) => TextPosition;
  /** Names of the kNET users: the labels of their tokens. Empty: the profile does not say. */
  readonly users: readonly string[];
  /** Key stores of the profile: those have been checked together with it. */
  readonly checked: readonly string[];
  /** The run installs the kNET module: where it will be is not known yet. */
  readonly installsModule: boolean;
}

/** A warning about the file, at the setting or the offset where there is one. */
export function warning(
  code: Problem["code"],
  title: string,
  context: LintContext,
  at: number | LintedSetting | undefined,
  words: { readonly detail?: string; readonly hint: string },
): Problem {
  return new Problem(code, title, {
    severity: "warning",
    where: placeOf(context, typeof at === "object" ? at.offset : at),
    ...words,
  });
}

function placeOf({ path, position }: LintContext, offset: number | undefined): Where {
  return { path, ...(offset !== undefined && position(offset)) };
}
