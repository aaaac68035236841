import type { Files, Host } from "../../../host/host.js";
import { Problem } from "../../../problem/problem.js";
import type { CommonChange } from "../../change-kind.js";

/** A plan contains accounts by name, since it may create them; they become ids when the change is made. */
export interface Ownership {
  readonly owner: string;
  readonly group: string;
}

/** Ids as an installer left them, which are what counts, and the names that they had then, for people. */
export interface NumberedOwner extends Ownership {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The ids of a change's owner and group, as given or by name; throws a Problem if one of them is not an
 * account of the host.
 */
export function resolveOwner(
  host: Host,
  { owner, group, ...ids }: Ownership & Partial<NumberedOwner>,
): { uid: number; gid: number } {
  const uid = ids.uid ?? numericId(owner) ?? host.accounts.user(owner)?.uid;
  if (uid === undefined) throw missing("user", owner);
  const gid = ids.gid ?? numericId(group) ?? host.accounts.group(group)?.gid;
  if (gid === undefined) throw missing("group", group);
  return { uid, gid };
}

/** Ids without a name are written `#ID` in a plan. */
function numericId(name: string): number | undefined {
  return /^#\d+$/.test(name) ? Number(name.slice(1)) : undefined;
}

function missing(kind: "user" | "group", name: string): Problem {
  return new Problem("account-missing", `there is no ${kind} ${JSON.stringify(name)} on this host`, {
    hint: `create it, or set service.create: true in the profile`,
  });
}

/**
 * The files that the change may reach: through root's folders, and those of the account that it trusts and of
 * these owners.
 */
export function trustedFiles(host: Host, change: CommonChange, ...owners: readonly number[]): Files {
  const { trusting } = change;
  const uid = trusting === undefined ? undefined : (numericId(trusting) ?? host.accounts.user(trusting)?.uid);
  return host.files(...(uid === undefined ? owners : [uid, ...owners]));
}
