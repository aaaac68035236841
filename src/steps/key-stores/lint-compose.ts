import { composeReadsAlike } from "../../formats/settings/lines/systemd-value.js";
import { foldKey } from "../../formats/settings/keys.js";
import type { Setting } from "../../formats/settings/settings-text.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { defaultStoreKey, storesSection } from "./setting-names.js";

/**
 * One warning for the settings in a file for Docker that Compose would read differently. The values are not
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
          `quotes, blanks at the ends and " #" mean something in its env_file`,
        hint:
          "docker run --env-file takes them as they are; in a compose.yaml say format: raw beside the " +
          "file's path (Compose 2.30 or later)",
      },
    ),
  ];
}

function isKeyStores({ key }: Pick<Setting, "key">): boolean {
  return foldKey(key).startsWith(foldKey(`${storesSection}:`)) || foldKey(key) === foldKey(defaultStoreKey);
}
