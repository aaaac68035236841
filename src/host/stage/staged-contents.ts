import { readFileSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import type { AbsolutePath } from "../path.js";
import { sha256 as hashOf } from "../random-hex.js";

/** A file of a stage. */
export interface StagedFile {
  readonly path: AbsolutePath;
  /** Of its content. */
  readonly sha256: string;
  /** A path of this machine that opens it as long as the stage is open. */
  readonly opener: string;
}

/** The files of a command's stages that a plan means to install on the host, by the hash of their content. */
export class StagedContents {
  readonly #files = new Map<string, StagedFile[]>();

  constructor(
    files: readonly StagedFile[],
    /** As ldconfig built it in the stage; undefined if it did not. */
    readonly loaderCache: Buffer | undefined,
  ) {
    for (const file of files) this.#files.set(file.sha256, [...(this.#files.get(file.sha256) ?? []), file]);
  }

  /** All bytes of that content; throws a Problem where it is not at hand, or is another by now. */
  read(sha256: string): Buffer {
    const [file] = this.#files.get(sha256) ?? [];
    const content = file && readFileSync(file.opener);
    if (content !== undefined && hashOf(content) === sha256) return content;
    throw gone(file?.path);
  }

  /** A path of this machine that opens the staged file of that content that is to lie at `path`. */
  file(sha256: string, path: AbsolutePath): string {
    const files = this.#files.get(sha256) ?? [];
    const file = files.find((one) => one.path === path) ?? files[0];
    if (file !== undefined) return file.opener;
    throw gone(path);
  }
}

function gone(path: string | undefined): Problem {
  return new Problem("workflow-changed-since-plan", "what was to be installed is no longer in the stage", {
    ...(path !== undefined && { where: { path } }),
    hint: "run the command again",
  });
}
