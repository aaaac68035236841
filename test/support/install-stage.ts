import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Host } from "../../src/host/host.js";
import { joined, runsFolder } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { Problem, Problems } from "../../src/problem/problem.js";
import type { RunContext } from "../../src/workflow/change-kind.js";
import type { RunInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import { smallRoot } from "./small-root.js";
import type { VendorArchive } from "./vendor-archive.js";

interface Test {
  testdir(): string;
  teardown(work: () => void): void;
}

/** A small root to install into, and a way to begin runs there. */
export interface Stage {
  readonly root: string;
  readonly host: Host;
  readonly folder: string;
  readonly notes: string[];
  run(): RunContext;
  at(path: string): string;
}

/** The least an installer does. */
export const plain = "cp libkNETPKCS11.so /usr/local/lib/";

export function stage(t: Test): Stage {
  const root = smallRoot(t);
  const host = realHost(root);
  const notes: string[] = [];
  let runs = 0;
  return {
    root,
    host,
    notes,
    folder: t.testdir(),
    at: (path) => join(root, path),
    run: () => {
      const folder = joined(runsFolder, `run-${runs++}`);
      host.files().createFolder(folder, { mode: 0o700, uid: 0, gid: 0 });
      return {
        host,
        folder,
        number: 1,
        changes: [],
        note: (text) => {
          notes.push(text);
        },
        report: (text) => {
          notes.push(text);
        },
      };
    },
  };
}

/** The planned change for an archive. */
export function change(archive: VendorArchive, timeoutSeconds = 20): RunInstaller {
  return {
    step: "module",
    kind: "run-installer",
    path: archive.path,
    sha256: archive.sha256,
    version: "1.7.0",
    from: null,
    timeoutSeconds,
  };
}

/** Everything that undoing has to bring back, as text: kind, mode, owner, content. */
export function picture(root: string): string {
  return execFileSync(
    "sh",
    [
      "-c",
      "cd \"$1\" && find etc opt usr lib* bin \\( -name 'ld.so.cache*' -prune \\) -o -printf '%p %y " +
        "%m %U %G %l\\n' | sort && find etc opt usr -type f ! -name 'ld.so.cache*' -exec sha256sum {} " +
        "+ | sort",
      "sh",
      root,
    ],
    { encoding: "utf8" },
  );
}

/** The (first) Problem that the work ends with. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Problem) return error;
    if (error instanceof Problems && error.list[0] !== undefined) return error.list[0];
    throw error;
  }
  throw new Error("it succeeded");
}
