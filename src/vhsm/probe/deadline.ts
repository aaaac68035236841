import type { Finding, Stage } from "./finding.js";

/** The time that is left for something, and what ends when it is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal | undefined;
  readonly #abort = (): void => {
    this.#controller.abort();
  };

  /** Over after `ms`, or when `parent` aborts. */
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

  /** A deadline within this one, of a share of the time that is left. */
  part(share: number): Deadline {
    return new Deadline(this.left * share, this.#controller.signal);
  }

  /** What `begin` is done with first, or `late`. Never rejects unless `begin` throws. */
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
   * Does some work within a share of the time that is left. What the work leaves under way when it returns is
   * ended.
   */
  async within<T>(share: number, work: (part: Deadline) => Promise<T>): Promise<T> {
    const part = this.part(share);
    try {
      return await work(part);
    } finally {
      part.close();
    }
  }

  /** What a promise comes to within a share of the time that is left. The promise's own work goes on. */
  soon<T>(share: number, promise: Promise<T>): Promise<T | "late"> {
    return this.within(share, (part) =>
      part.first<T>((done) => {
        void promise.then(done);
      }),
    );
  }

  /** Ends what is still under way, and frees the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener("abort", this.#abort);
    this.#abort();
  }
}

/** One endpoint's time. */
export interface Time {
  readonly deadline: Deadline;
  /** Of the whole probe, for saying so. */
  readonly timeoutMs: number;
}

export function timedOut(stage: Stage, { timeoutMs: ms }: Pick<Time, "timeoutMs">): Finding {
  return { kind: "timed-out", stage, ms };
}
