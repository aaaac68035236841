import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Files, Rights } from "../../src/host/host.js";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";

/** An account that is nobody's on this machine; a number is all that ownership needs. */
export const serviceUid = 61_234;
export const strangerUid = 61_235;

export interface Scratch {
  /** The folder as this machine knows it; it is `/` for `files`. */
  readonly folder: string;
  /** Files of a host whose root is the folder, trusting root and these owners. */
  readonly files: (...owners: readonly number[]) => Files;
  /** Makes a folder, with what is missing above it root's 0755. */
  readonly mkdir: (name: string, options?: Partial<Rights>) => string;
  readonly file: (name: string, content: string, options?: Partial<Rights>) => string;
}

/** A root for tests in memory, where others may walk in but not write; removed when the test ends. */
export function scratch(t: { teardown(work: () => void): void }, where = "/dev/shm"): Scratch {
  const folder = mkdtempSync(`${where}/knetctl-test-`);
  chmodSync(folder, 0o755);
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (name: string): string => `${folder}/${name}`;
  const rights = (
    name: string,
    { mode, uid = 0, gid = 0 }: Partial<Rights> & Pick<Rights, "mode">,
  ): string => {
    chownSync(at(name), uid, gid);
    chmodSync(at(name), mode);
    return at(name);
  };
  const mkdir: Scratch["mkdir"] = (name, options = {}) => {
    for (const parent of parents(name)) mkdirSync(at(parent), { recursive: true, mode: 0o755 });
    return rights(name, { mode: 0o755, ...options });
  };
  return {
    folder,
    files: (...owners) => realHost(path(folder)).files(...owners),
    mkdir,
    file: (name, content, options = {}) => {
      mkdirSync(dirname(at(name)), { recursive: true, mode: 0o755 });
      writeFileSync(at(name), content);
      return rights(name, { mode: 0o644, ...options });
    },
  };
}

function parents(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
