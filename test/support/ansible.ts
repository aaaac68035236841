import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Outcome } from "./sandbox.js";

const clone = join(import.meta.dirname, "../..");

/** The collection in this clone. */
export const collection = join(clone, "installers/ansible");

/** Puts the collection where Ansible looks for collections below `folder`; returns its own folder there. */
export function installCollection(folder: string): string {
  const place = join(folder, "ansible_collections/knetctl/knet");
  mkdirSync(place, { recursive: true });
  // an ansible run in the clone itself may have left compiled modules
  writeFileSync(join(folder, "ansible.cfg"), "");
  cpSync(collection, place, { recursive: true, filter: (name) => !name.endsWith("__pycache__") });
  return place;
}

export interface AnsibleOptions {
  /** Where collections are, roles and files are looked for, and everything temporary goes. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs one of Debian's Ansible programs, without the user's own settings, and gathers what it says. */
export async function ansible(
  program: "ansible-playbook" | "ansible-doc" | "ansible-galaxy",
  args: readonly string[],
  { folder, env }: AnsibleOptions,
): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      LC_ALL: "C.UTF-8",
      HOME: folder,
      ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
      ANSIBLE_COLLECTIONS_PATH: folder,
      ANSIBLE_NOCOLOR: "1",
      ANSIBLE_LOCALHOST_WARNING: "false",
      ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
      ...env,
    },
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => {
      resolve(code ?? 128);
    });
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}

/** The text of every file below a folder, by its path from there. */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );
}
