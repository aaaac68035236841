import type { ServiceAccount } from "../../profile/types.js";
import type { EditedClientConfig } from "../../vendor/client-config/edit.js";
import type { ObservedClientConfig } from "../../vendor/client-config/observe.js";
import type { Change } from "../../workflow/change.js";
import type { CreateFolder } from "../../workflow/change-kinds/create-folder.js";
import type { WriteFile } from "../../workflow/change-kinds/write-file.js";

/** The document's `chmod a=,u+rwX,g+rX`. */
const folderMode = 0o750;
const fileMode = 0o640;

/**
 * Missing folders from the outside in, then the file where its text differs. Nothing for a file that was not
 * seen.
 */
export function clientConfigChanges(
  service: ServiceAccount,
  observed: ObservedClientConfig,
  wanted: EditedClientConfig,
): readonly Change[] {
  const { path, missingFolders, file } = observed;
  if (file === "unseen") return [];
  const before = file === "missing" ? null : file.text;
  const common = {
    step: "client-config",
    trusting: service.user,
    owner: "root",
    group: service.group,
  } as const;
  const folders = missingFolders.map((folder): CreateFolder => ({
    kind: "create-folder",
    ...common,
    path: folder,
    mode: folderMode,
  }));
  if (before === wanted.text) return folders;
  const write: WriteFile = {
    kind: "write-file",
    ...common,
    path,
    mode: fileMode,
    content: wanted.text,
    before,
    sensitive: false,
    summary: wanted.summary,
  };
  return [...folders, write];
}
