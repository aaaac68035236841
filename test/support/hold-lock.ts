import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";

/** The lock of the machine's own root. */
export const lockFile = "/run/knetctl/lock";

/**
 * Another process that holds the lock, as a run does with flock(1), until what is returned is called or the
 * time is over. The file is opened as a run does it: one that is there is not opened to be created, which the
 * kernel refuses even to root in a folder of everybody's (fs.protected_regular, proc_sys_fs(5)).
 */
export async function holdLock(seconds: number, file = lockFile): Promise<() => void> {
  mkdirSync("/run/knetctl", { recursive: true, mode: 0o700 });
  const script = `umask 077; [ -e "$0" ] || : >"$0"; exec 9<"$0"; flock -x 9; echo held; exec sleep "$1"`;
  const holder = spawn("sh", ["-euc", script, file, String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => {
      resolve();
    });
    holder.once("exit", () => {
      reject(new Error(`${file} could not be locked`));
    });
  });
  return () => {
    process.kill(-holder.pid!, "SIGKILL");
  };
}
