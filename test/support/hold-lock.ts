import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";

/** The lock of the machine's own root. */
export const lockFile = "/run/knetctl/lock";

/**
 * Another process that holds the lock, as a run does with flock(1), until what is returned is called or the
 * time is over.
 */
export async function holdLock(seconds: number, file = lockFile): Promise<() => void> {
  mkdirSync("/run/knetctl", { recursive: true, mode: 0o700 });
  const holder = spawn(
    "sh",
    ["-c", `umask 077; exec flock -x ${file} sh -c 'echo held; exec sleep ${seconds}'`],
    { stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  await once(holder.stdout, "data");
  return () => {
    process.kill(-holder.pid!, "SIGKILL");
  };
}
