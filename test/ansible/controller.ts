import { spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { keys, type RunningHost } from "../support/hosts.js";

const folder = "/root/plays";
const collections = `${folder}/collections`;
const collection = join(import.meta.dirname, "../../installers/ansible");

/** What the last lines of a play say of a host. */
export interface Recap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
}

export interface Played {
  readonly exitCode: number;
  /** What was printed, both streams. */
  readonly said: string;
  /** By the host's name; those that no play came to are missing. */
  readonly recap: Readonly<Record<string, Recap>>;
  readonly ms: number;
}

export interface Playing {
  readonly ended: Promise<Played>;
  /** Resolves when this has been printed. */
  said(wanted: RegExp): Promise<void>;
  /** As Ctrl-C does: to all processes of the terminal. */
  interrupt(): void;
}

/** Installs the collection, and writes the inventory and the configuration of plays over these hosts. */
export function prepareController(hosts: readonly Pick<RunningHost, "name" | "address">[]): void {
  mkdirSync(`${folder}/group_vars`, { recursive: true, mode: 0o700 });
  cpSync(collection, `${collections}/ansible_collections/knetctl/knet`, { recursive: true });
  const lines = hosts.map(({ name, address }) => `${name} ansible_host=${address}\n`).join("");
  writeFileSync(`${folder}/inventory`, `[signers]\n${lines}`);
  writeFileSync(
    `${folder}/ansible.cfg`,
    `[defaults]
inventory = inventory
collections_path = ${collections}
interpreter_python = /usr/bin/python3
remote_user = root
private_key_file = ${keys}/id
forks = 10
[ssh_connection]
pipelining = True
transfer_method = piped
control_path_dir = /run/plays
ssh_args = -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${keys}/known_hosts
  -o ConnectTimeout=3 -o ServerAliveInterval=1 -o ServerAliveCountMax=3
`,
  );
}

/** Starts ansible-playbook, which finds the collection, the inventory, and what `writePlay` wrote. */
export function playing(args: readonly string[]): Playing {
  const start = performance.now();
  const child = spawn("ansible-playbook", args, {
    cwd: folder,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let heard = "";
  const listeners = new Set<() => void>();
  child.stdout.on("data", (part: Buffer) => {
    heard += part.toString();
    for (const listener of listeners) listener();
  });
  const exited = new Promise<number>((resolve) =>
    child.once("exit", (code, signal) => {
      resolve(code ?? (signal === "SIGINT" ? 130 : 128));
    }),
  );
  const ended = Promise.all([
    exited,
    text(child.stderr),
    new Promise((r) => child.stdout.once("end", r)),
  ]).then(([exitCode, errors]) => ({
    exitCode,
    said: heard + errors,
    recap: recapIn(heard),
    ms: Math.round(performance.now() - start),
  }));
  return {
    ended,
    said: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (wanted.test(heard)) resolve();
        };
        listeners.add(look);
        look();
        void ended.then(({ said }) => {
          reject(new Error(`the play never said ${wanted.source}: ${said}`));
        });
      }),
    interrupt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    },
  };
}

/** Runs ansible-playbook to its end. */
export function played(args: readonly string[]): Promise<Played> {
  return playing(args).ended;
}

function recapIn(said: string): Record<string, Recap> {
  const rows = said.matchAll(/^(\S+) +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+) /gm);
  return Object.fromEntries(
    [...rows].map(([, name = "", ok, changed, unreachable, failed]) => [
      name,
      { ok: Number(ok), changed: Number(changed), unreachable: Number(unreachable), failed: Number(failed) },
    ]),
  );
}

/** Says in the inventory what is true of all hosts. */
export function writeGroupVariables(variables: object): void {
  writeFileSync(`${folder}/group_vars/signers.json`, JSON.stringify(variables), { mode: 0o600 });
}

/** Writes a playbook of one play, by its name without ending. */
export function writePlay(name: string, play: object): void {
  writeFileSync(`${folder}/${name}.yml`, JSON.stringify([{ gather_facts: false, ...play }]));
}
