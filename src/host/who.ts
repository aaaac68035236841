import { readFileSync } from "node:fs";
import type { Accounts } from "./host.js";

/** The login id that the kernel reports if nobody has logged in (services, containers). */
const nobodyLoggedIn = 0xffff_ffff;

/**
 * The person behind this process, for the record: the account of the login that it descends from, which su
 * and sudo do not change (proc(5), loginuid); else the user who called sudo, as sudo says; else who runs it.
 */
export function whoRuns(
  accounts: Pick<Accounts, "userName">,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return accounts.userName(loginId() ?? sudoer(environment) ?? process.geteuid?.() ?? 0);
}

/** The id of the user who called sudo, as passed on by sudo (sudo(8), SUDO_UID). */
export function sudoer(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const id = /^\d{1,10}$/.exec(environment["SUDO_UID"] ?? "")?.[0];
  return id === undefined ? undefined : Number(id);
}

function loginId(): number | undefined {
  try {
    const id = Number(readFileSync("/proc/self/loginuid", "latin1"));
    return Number.isInteger(id) && id !== nobodyLoggedIn ? id : undefined;
  } catch {
    // a kernel without auditing
    return undefined;
  }
}
