import { userInfo } from "node:os";
import type { Identity } from "./protocol.js";

/**
 * The worker's environment, but for what it is given besides. A lazy binding error would end the process in
 * the middle of a call; LD_BIND_NOW makes it an error of the load.
 */
export function workerEnvironment(identity: Identity | undefined): Readonly<Record<string, string>> {
  const { user, home } = identity ?? self();
  return {
    HOME: home,
    USER: user,
    LOGNAME: user,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    LD_BIND_NOW: "1",
  };
}

/** Of the password database; a user id without an entry there gets no home. */
function self(): { readonly user: string; readonly home: string } {
  try {
    const { username, homedir } = userInfo();
    return { user: username, home: homedir };
  } catch {
    return { user: "nobody", home: "/nonexistent" };
  }
}
