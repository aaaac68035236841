import { basename } from "node:path";

/** LD_DEBUG for the dynamic loader (ld.so(8)); its answers begin with the number of the process. */
export const loaderTells = "files";
const loaderLine = /^ *\d+:\t(?:calling init: (\/.+))?/;

/** How much of what the module prints is kept, in bytes. */
const kept = 2048;
/** More libraries than any module loads. */
const mostLibraries = 500;

/**
 * What comes on the worker's standard error: the loader's account of the libraries, which tells of those too
 * that were closed again or in which the process died, and what the module prints.
 */
export class WorkerStderr {
  readonly #module: string;
  readonly #libraries: string[] = [];
  #hasModule = false;
  #printed = "";
  #open = "";

  constructor(module: string) {
    this.#module = basename(module);
  }

  take(chunk: Buffer): void {
    // each character is a byte
    const lines = (this.#open + chunk.toString("latin1")).split("\n");
    this.#open = lines.pop()?.slice(-kept) ?? "";
    for (const line of lines) this.#line(line);
  }

  /** The end of what was printed, unchanged. */
  get text(): string {
    return Buffer.from((this.#printed + this.#open).slice(-kept), "latin1").toString();
  }

  /** Paths of the libraries that were loaded after the module, in the order of their initialisation. */
  get libraries(): readonly string[] {
    return this.#libraries;
  }

  #line(line: string): void {
    const told = loaderLine.exec(line);
    if (told === null) {
      this.#printed = `${this.#printed}${line}\n`.slice(-kept);
      return;
    }
    const path = Buffer.from(told[1] ?? "", "latin1").toString();
    if (
      this.#hasModule &&
      path !== "" &&
      !path.startsWith("/proc/") &&
      this.#libraries.length < mostLibraries
    )
      this.#libraries.push(path);
    this.#hasModule ||= path !== "" && basename(path) === this.#module;
  }
}
