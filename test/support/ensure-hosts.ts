import { endAs, type Enter } from "./ensure-sandbox.js";

const mark = "KNETCTL_TEST_AMONG_HOSTS";

/** The network of the hosts: the controller's own address in it, and those of members and hosts. */
export const controller = "10.77.0.1";
export const memberAddress = (number: number): string => `10.77.0.${100 + number}`;
export const hostAddress = (number: number): string => `10.77.0.${10 + number}`;

/** A network that nothing leaves: a bridge with the addresses of the controller and of members 1 to 9. */
const network = `set -eu
ip link set lo up
ip link add knet0 type bridge
ip addr add ${controller}/24 dev knet0
for number in 1 2 3 4 5 6 7 8 9; do ip addr add "10.77.0.10$number/24" dev knet0; done
ip link set knet0 up
# what the hosts share with the VHSMs that are simulated here: their tokens
mount -n -t tmpfs -o mode=0755 tmpfs /srv
nsenter --mount=/proc/self/ns/mnt mount -n --bind /run/root/srv /srv
exec "$@"`;

/**
 * Runs the calling test file again in a sandbox with a network of its own, in which hosts can be started
 * (hosts.ts), and ends this process with its exit code; returns at once where that has happened already.
 * `enter`: as for `ensureSandbox`.
 */
export async function ensureHosts(file: string, enter: Enter = endAs): Promise<void> {
  if (process.env[mark] === "1") return;
  const test = [process.execPath, ...process.execArgv, file];
  await enter("unshare", ["--net", "/bin/sh", "-c", network, "sh", ...test], { [mark]: "1" });
}
