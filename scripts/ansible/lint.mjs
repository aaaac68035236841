import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shown } from "../setup/child.mjs";
import { inClone } from "../setup/clone.mjs";
import { checksWithoutTools, pythonVersion, useDebianTools } from "./debian-tools.mjs";

/**
 * Checks the Ansible collection, in a copy where Ansible expects it: by ansible-lint, with the production
 * profile, then by `ansible-test sanity`, for the python3 of this system. Needs no network. `args` are more
 * words for ansible-test, such as `--test pep8`. Resolves to an exit code.
 */
export async function lintCollection(args) {
  const folder = mkdtempSync(join(tmpdir(), "knetctl-lint-"));
  try {
    const cwd = join(folder, "ansible_collections/knetctl/knet");
    mkdirSync(cwd, { recursive: true });
    cpSync(inClone("installers/ansible"), cwd, {
      recursive: true,
      filter: (name) => !name.endsWith("__pycache__"),
    });
    useDebianTools(folder);
    const { ANSIBLE_CONFIG: _, ...environment } = process.env;
    const env = {
      ...environment,
      HOME: folder,
      LC_ALL: "C.UTF-8",
      PYTHONDONTWRITEBYTECODE: "1",
      ANSIBLE_COLLECTIONS_PATH: folder,
    };
    const lint = await shown("ansible-lint", ["--offline", "--profile", "production"], { cwd, env });
    const left = checksWithoutTools();
    if (left.length > 0)
      process.stdout.write(`not on this system, for want of its tools: ${left.join(", ")}\n`);
    const without = left.flatMap((check) => ["--skip-test", check]);
    const words = ["sanity", "--python", pythonVersion(), "--truncate", "0", ...without, ...args];
    const sanity = await shown("ansible-test", words, { cwd, env });
    return lint || sanity;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
