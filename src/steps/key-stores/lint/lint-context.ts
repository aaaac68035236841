import { foldKey, type Setting, type SettingsForm } from "../../../formats/settings/settings-text.js";
import { composeReadsAlike } from "../../../formats/settings/lines/systemd-value.js";
import type { TextPosition } from "../../../formats/text/text-position.js";
import type { Host } from "../../../host/host.js";
import type { AbsolutePath } from "../../../host/path.js";
import { Problem, type Where } from "../../../problem/problem.js";
import { defaultStoreKey, storesSection } from "../setting-names.js";

/** A setting as it will be after the change. */
export interface LintedSetting {
  readonly key: string;
  readonly value: string;
  /**
   * The place of its key in the existing file; undefined if the setting is not there yet, or has another
   * value there.
   */
  readonly offset: number | undefined;
  /** It comes from the profile, where its text was checked. */
  readonly ours: boolean;
}

/** What is known about the host apart from the file. */
export interface LintContext {
  readonly host: Host;
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
  /** Places in the existing file. */
  readonly position: (offset: number) => TextPosition;
  /** Names of the kNET users: the labels of their tokens. Empty: the profile does not say. */
  readonly users: readonly string[];
  /** Key stores of the profile: these have been checked with it. */
  readonly checked: readonly string[];
  /** The run installs the kNET module, so its place is not known yet. */
  readonly installsModule: boolean;
}

/** A warning about the file, at the setting or the offset if there is one. */
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

/**
 * One warning for all settings in a file for Docker that Compose would read differently. The values are not
 * shown. `path` undefined: a text that is printed.
 */
export function composeWarning(
  settings: readonly Pick<Setting, "key" | "value">[],
  path: AbsolutePath | undefined,
): readonly Problem[] {
  const keys = settings
    .filter((setting) => isKeyStores(setting) && !composeReadsAlike(setting.value))
    .map(({ key }) => key);
  const [first] = keys;
  if (first === undefined) return [];
  return [
    new Problem(
      "settings-value-compose",
      `Docker Compose would read ${keys.length === 1 ? "this value" : "these values"} differently`,
      {
        severity: "warning",
        ...(path !== undefined && { where: { path } }),
        detail:
          `${keys.slice(0, 5).join(", ")}${keys.length > 5 ? ` and ${keys.length - 5} more` : ""}: $, ` +
          `quotes, spaces at the ends and " #" have a meaning in its env_file`,
        hint:
          "docker run --env-file takes them literally; in a compose.yaml write format: raw beside the " +
          "file's path (Compose 2.30 or later)",
      },
    ),
  ];
}

function isKeyStores({ key }: Pick<Setting, "key">): boolean {
  return foldKey(key).startsWith(foldKey(`${storesSection}:`)) || foldKey(key) === foldKey(defaultStoreKey);
}
