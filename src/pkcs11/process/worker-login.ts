import { performance } from "node:perf_hooks";
import type { Readable, Writable } from "node:stream";
import { errorMessage } from "../../problem/thrown.js";
import type { WorkerMessage } from "../protocol.js";
import type { CheckResult } from "../report.js";
import type { Transcript } from "../transcript.js";

/** The PIN, and who decides whether it is sent. */
export interface WorkerLogin {
  /** Whether to send it to this token, within so many milliseconds. A rejection ends the test with it. */
  mayLogIn(token: NonNullable<Transcript["token"]>, waitMs: number): Promise<boolean>;
  readonly pin: Buffer;
  sent(): void;
  /** The check that logs in has ended; undefined: without a result. */
  ended(login: CheckResult | undefined): void;
}

/** The time after the wait for another login, which this one then has. */
const shareOfWait = 0.9;

/**
 * Answers a worker that is about to log in. It has no PIN until then: one that is killed, or crashes before,
 * cannot have sent it.
 */
export class Logins {
  readonly #login: WorkerLogin;
  readonly #reports: Readable;
  readonly #transcript: Transcript;
  readonly #until: number;
  #answer: Promise<void> | undefined;
  #failure: Error | undefined;
  #isOver = false;

  constructor(
    { login, timeoutMs }: { readonly login: WorkerLogin; readonly timeoutMs: number },
    reports: Readable,
    transcript: Transcript,
  ) {
    this.#login = login;
    this.#reports = reports;
    this.#transcript = transcript;
    this.#until = performance.now() + timeoutMs;
  }

  take(message: WorkerMessage): void {
    if (message.type === "login") this.#answer ??= this.#answered();
    if (message.type === "end" && message.result.id === "login") this.#login.ended(message.result);
  }

  /** The worker has ended. Throws why it was not allowed to log in, if that is a problem of its own. */
  async over(): Promise<void> {
    this.#isOver = true;
    await this.#answer;
    this.#login.ended(undefined);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #answered(): Promise<void> {
    let may = false;
    try {
      const { token } = this.#transcript;
      const waitMs = Math.max(0, this.#until - performance.now()) * shareOfWait;
      may = token !== undefined && (await this.#login.mayLogIn(token, waitMs));
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(errorMessage(error));
    }
    if (this.#isOver) return;
    if (may) this.#login.sent();
    tell(this.#reports, may ? Buffer.concat([Buffer.from("+"), this.#login.pin]) : Buffer.from("-"));
  }
}

/** Sends bytes to a worker by the descriptor on which it reports. */
export function tell(reports: Readable | Writable, bytes: Buffer): void {
  if ("write" in reports && !reports.destroyed) reports.write(bytes);
}
