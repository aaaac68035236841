import type { CommonChange } from "../../change-kind.js";

/** For those whose place something else had, which the same run removes first. */
export const removeEntryKind = "remove-entry";

/**
 * Whether an earlier change of the run removed what lay at a change's path, or what its folder took the place
 * of: then that is what lies there when both are taken back.
 */
export function isInPlaceOfRemoved({ path }: CommonChange, earlier: CommonChange): boolean {
  return earlier.kind === removeEntryKind && (path === earlier.path || path.startsWith(`${earlier.path}/`));
}

/** For those whose place its tools write to. */
export const createAccountKind = "create-account";

/** What useradd(8) and userdel(8) write, besides their copies of it. */
const accountDatabases = /^\/etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$/;

/**
 * Whether a change follows on an account that the same run created: the account's databases are other again
 * when it is gone.
 */
export function isAfterNewAccount({ path }: CommonChange, earlier: CommonChange): boolean {
  return earlier.kind === createAccountKind && accountDatabases.test(path);
}
