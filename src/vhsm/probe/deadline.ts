import type { Finding, Stage } from "./endpoint-report.js";

/** The time that is left for some work, and what ends when it is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal | undefined;
  readonly #abort = (): void => {
    this.#controller.abort();
  };

  /** Ends after `ms`, or when `parent` aborts. */
  constructor(ms: number, parent?: AbortSignal) {
    this.#end = performance.now() + ms;
    this.#timer = setTimeout(this.#abort, ms);
    this.#parent = parent;
    parent?.addEventListener("abort", this.#abort, { once: true });
    if (parent?.aborted === true) this.#abort();
  }

  /** Milliseconds, 0 when it is over. */
  get left(): number {
    return this.#controller.signal.aborted ? 0 : Math.max(0, this.#end - performance.now());
  }

  /** A deadline within this one, with a share of the time that is left. */
  part(share: number): Deadline {
    return new Deadline(this.left * share, this.#controller.signal);
  }

  /** The first value that `begin` reports, or `late`. Rejects only if `begin` throws. */
  async first<T>(begin: (done: (value: T) => void) => void): Promise<T | "late"> {
    const { signal } = this.#controller;
    if (signal.aborted) return "late";
    let stop = (): void => undefined;
    const over = new Promise<"late">((resolve) => {
      stop = () => {
        resolve("late");
      };
    });
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([over, new Promise<T>(begin)]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Does some work within a share of the time that is left. Anything that is still running when the work
   * returns is ended.
   */
  async within<T>(share: number, work: (part: Deadline) => Promise<T>): Promise<T> {
    const part = this.part(share);
    try {
      return await work(part);
    } finally {
      part.close();
    }
  }

  /** The outcome of a promise within a share of the time that is left. The promise's work is not stopped. */
  soon<T>(share: number, promise: Promise<T>): Promise<T | "late"> {
    return this.within(share, (part) =>
      part.first<T>((done) => {
        void promise.then(done);
      }),
    );
  }

  /** Ends what is still running, and frees the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener("abort", this.#abort);
    this.#abort();
  }
}

/** The deadline of one endpoint. */
export interface Time {
  readonly deadline: Deadline;
  /** The time of the whole probe, for messages. */
  readonly timeoutMs: number;
}

export function timedOut(stage: Stage, { timeoutMs: ms }: Pick<Time, "timeoutMs">): Finding {
  return { kind: "timed-out", stage, ms };
}
