import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { path } from "../../src/host/path.js";
import { sandboxMounts, type SandboxMount } from "../../src/host/sandbox/sandbox-mounts.js";
import { sandboxArguments, systemPath } from "../../src/host/sandbox/sandbox-script.js";
import { hostAddress } from "./ensure-hosts.js";
import { knetctlScript } from "./knetctl.js";
import { onSmallSystem } from "./small-system.js";

/** The controller's own: the key that the hosts let in, and theirs. */
export const keys = "/root/hosts-keys";

export interface RunningHost {
  readonly name: string;
  readonly address: string;
  /** Its `/`, as this process reaches it. */
  readonly root: string;
  /** What goes before a command line that is to run there. */
  readonly enter: readonly string[];
  /** Unplugs its cable, or plugs it in again. */
  setLink(state: "up" | "down"): void;
  /** Ends all that runs on it, and forgets its disk. */
  stop(): Promise<void>;
}

/**
 * As the first process of a host: its name and keys, the program, a service manager, and sshd. What it writes
 * is its own, but for the tokens of the simulated VHSMs in /srv. The service manager is the stand-in of the
 * other tests, with a unit that is up (stand-in-service.ts).
 */
const boot = `set -eu
hostname "$1"
echo "$1" >/etc/hostname
echo "127.0.0.1 localhost $1" >/etc/hosts
mount -n -o remount,bind,rw /srv
ln -s "$2" /usr/local/sbin/knetctl
rm -f /usr/bin/systemctl
cp "$5" /usr/bin/systemctl
chmod 0755 /usr/bin/systemctl
mkdir -p /run/systemd/system /run/stand-in-systemctl /run/sshd /root/.ssh
read -r up _ </proc/uptime
echo "well $((\${up%.*} * 1000)) the-first-start" >/run/stand-in-systemctl/now
chmod 0700 /root /root/.ssh
echo "$4" >/root/.ssh/authorized_keys
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
cat >/etc/ssh/sshd_config <<end
ListenAddress $3
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
end
cat /etc/ssh/ssh_host_ed25519_key.pub
exec /usr/sbin/sshd -D -e`;
const systemctl = join(import.meta.dirname, "../fixtures/systemctl/systemctl");

/**
 * Starts so many hosts, each in namespaces of its own (mounts, processes, name, network), with an overlay
 * over this machine's root as its disk, its own sshd, and an address in the controller's network. For test
 * files that began with `ensureHosts`.
 */
export async function startHosts(count: number): Promise<readonly RunningHost[]> {
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${keys}/id`]);
  const mounts = machineMounts();
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const started = await Promise.all(numbers.map((number) => startHost(number, mounts)));
  writeFileSync(`${keys}/known_hosts`, started.map(({ host, key }) => `${host.address} ${key}\n`).join(""));
  return started.map(({ host }) => host);
}

async function startHost(
  number: number,
  mounts: readonly SandboxMount[],
): Promise<{ host: RunningHost; key: string }> {
  const [name, address] = [`signer-${number}`, hostAddress(number)];
  plugIn(name, address);
  const authorized = readFileSync(`${keys}/id.pub`, "utf8").trim();
  const booted = ["-c", boot, "sh", name, knetctlScript, address, authorized, systemctl];
  const { program, args } = onSmallSystem("unshare", ["--uts", "/bin/sh", ...booted]);
  const child = spawn(
    "nsenter",
    [
      `--net=/run/netns/${name}`,
      "--mount=/proc/self/ns/mnt",
      "/bin/sh",
      ...sandboxArguments(mounts, "/", [program, ...args]),
    ],
    { stdio: ["ignore", "pipe", "pipe", "pipe"], env: { PATH: systemPath, LC_ALL: "C" }, detached: true },
  );
  const key = await firstLine(name, child);
  const init = firstProcess(child);
  const namespaces = ["--mount", "--pid", "--ipc", "--net", "--root", "--wd=/"];
  const host = {
    name,
    address,
    root: `/proc/${init}/root`,
    enter: ["nsenter", `--target=${init}`, ...namespaces, "--"],
    setLink: (state: "up" | "down") => {
      ip(`link set ${name} ${state}`);
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
  return { host, key };
}

/** What it says first on its standard output. Throws with all it said where it ends before. */
async function firstLine(name: string, child: ChildProcess): Promise<string> {
  let said = "";
  for (const stream of [child.stdio[2], child.stdio[3]])
    stream?.on("data", (part: Buffer) => {
      said += part.toString();
    });
  return new Promise((resolve, reject) => {
    if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve);
    child.once("close", () => {
      reject(new Error(`${name} did not start: ${said}`));
    });
  });
}

/** unshare(1) stays outside; its only child is the first process of the new namespace. */
function firstProcess({ pid }: ChildProcess): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
}

/** Makes the host's network, and a cable from it into the controller's bridge. */
function plugIn(name: string, address: string): void {
  ip(`netns add ${name}`);
  ip(`link add ${name} type veth peer name eth0 netns ${name}`);
  ip(`link set ${name} master knet0 up`);
  for (const command of ["link set lo up", `addr add ${address}/24 dev eth0`, "link set eth0 up"])
    ip(`-n ${name} ${command}`);
}

function ip(command: string): void {
  execFileSync("ip", command.split(" "));
}

/**
 * This machine's file systems, as a sandbox mounts them. They are looked at from outside of the controller's
 * sandbox: hosts whose disks were overlays over its overlay could not have a third one, for a stage.
 */
function machineMounts(): readonly SandboxMount[] {
  const mountinfo = execFileSync("nsenter", ["--mount=/proc/self/ns/mnt", "cat", "/proc/self/mountinfo"], {
    encoding: "utf8",
  });
  const shared = path("/srv");
  return [
    ...sandboxMounts(mountinfo).filter((mount) => mount.path !== shared),
    { path: shared, how: "bind" },
  ];
}
