import type { Host } from "../host/host.js";
import type { Stage } from "../host/stage/stage.js";
import { Problem } from "../problem/problem.js";
import type { Contents } from "./contents.js";
import { interrupted } from "./make-changes.js";

/**
 * The stages of one command: copies of its host in which changes are tried before the host is touched. Made
 * once for a command, and closed at its end.
 */
export class Staging {
  readonly #openOne: () => Promise<Stage>;
  readonly #opened: Stage[] = [];
  #none: Problem | undefined;
  /** Whether the user has asked for work on the host itself: then it matters less why there is no stage. */
  inPlace = false;
  #ahead: Promise<Stage> | undefined;
  /** What changes install and do not contain themselves, from whichever stage; set by whoever made it. */
  contents: Contents | undefined;

  /** `openOne` opens a stage of the command's host, or throws why there is none (`stage-…`). */
  constructor(
    openOne: () => Promise<Stage>,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {
    this.#openOne = openOne;
  }

  /** Stages of this host; what makes them is loaded when the first one is opened. */
  static of(host: Host, signal: AbortSignal): Staging {
    return new Staging(async () => {
      const { openStage } = await import("../host/stage/stage.js");
      return openStage(host, signal).catch((error: unknown) => {
        // a stage that was cut short is not a sign that there could be none
        throw signal.aborted ? interrupted() : error;
      });
    }, signal);
  }

  /** No stages, and why. */
  static none(why: Problem): Staging {
    return new Staging(() => Promise.reject(why));
  }

  /** Why no stage can be had here; undefined until one has been asked for in vain. */
  get none(): Problem | undefined {
    return this.#none;
  }

  /**
   * Begins to open a stage, which the next `open` takes: its own processes do that while the caller does what
   * has to be done first.
   */
  openAhead(): void {
    if (this.#none !== undefined || this.#ahead !== undefined) return;
    this.#ahead = this.#openOne();
    // whoever asks for the stage is told
    this.#ahead.catch(() => undefined);
  }

  /**
   * A stage of the host as it is now, or was at `openAhead`; undefined if none can be had, and `none` then
   * says why. Throws what does not come from the machine, such as `interrupted`.
   */
  async open(): Promise<Stage | undefined> {
    if (this.#none !== undefined) return undefined;
    try {
      const stage = await this.#takeAhead();
      this.#opened.push(stage);
      return stage;
    } catch (error) {
      if (!(error instanceof Problem) || !error.code.startsWith("stage-")) throw error;
      this.#none = error;
      return undefined;
    }
  }

  #takeAhead(): Promise<Stage> {
    const stage = this.#ahead ?? this.#openOne();
    this.#ahead = undefined;
    return stage;
  }

  /** Ends what runs in the stages and removes them; can be repeated. */
  async close(): Promise<void> {
    const unused = await this.#takeUnused();
    if (unused !== undefined) this.#opened.push(unused);
    for (let stage = this.#opened.pop(); stage !== undefined; stage = this.#opened.pop()) await stage.close();
  }

  /** One that was opened ahead and that nobody asked for; undefined if it could not be opened. */
  #takeUnused(): Promise<Stage | undefined> {
    const stage = this.#ahead ?? Promise.resolve(undefined);
    this.#ahead = undefined;
    return stage.catch(() => undefined);
  }
}
