import type { CommonChange } from "../change-kind.js";

/** For those whose place something else had, which the same run removes first. */
export const removeEntryKind = "remove-entry";

/**
 * Whether an earlier change of the run removed what lay at a change's path, or what its folder took the place
 * of: then that is what lies there when both are taken back.
 */
export function isInPlaceOfRemoved({ path }: CommonChange, earlier: CommonChange): boolean {
  return earlier.kind === removeEntryKind && (path === earlier.path || path.startsWith(`${earlier.path}/`));
}
