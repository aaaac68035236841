import type { ChildProcess } from "node:child_process";
import { isIP } from "node:net";
import { fieldsOf, textOf } from "../../formats/json/json-values.js";
import { startChild } from "../../host/commands/start-child.js";
import type { Finding } from "./endpoint-report.js";
import type { Endpoint } from "../../profile/types.js";

/** Addresses of a name in the order of the system's preference, at least one; or why there are none. */
export type Lookup = { readonly addresses: readonly string[] } | { readonly finding: Finding };

export interface Names {
  /** Looks each name up only once, however often it is called. */
  lookup(name: string): Promise<Lookup>;
}

/**
 * The system's resolver (getaddrinfo) cannot be cancelled, and a process cannot end before it does: it
 * therefore runs in a child that can be killed. The child ends when this process does, however that happens,
 * and not by the Ctrl-C that both receive.
 */
const program = `
const { lookup } = require("node:dns");
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (name) => lookup(name, { all: true }, (error, found) => {
  const addresses = (found ?? []).map(({ address }) => address);
  if (process.connected) process.send({ name, code: error?.code, addresses });
}));
process.send({ ready: true });
`;

/**
 * Lookups use at most half of the threads (libuv, UV__WORK_SLOW_IO), and 64 names may be looked up at once.
 */
const threads = "128";

/** Milliseconds that its start may take, even on a machine that is very busy. */
const mostStartMs = 10_000;

/** A name service that is available while `work` runs, started only if one of the targets is a name. */
export async function withNames<T>(
  targets: readonly Endpoint[],
  work: (names: Names) => Promise<T>,
): Promise<T> {
  const service = targets.some(({ ip }) => isIP(ip) === 0) ? new NameService() : undefined;
  try {
    await service?.ready;
    return await work(service ?? { lookup: () => Promise.reject(new Error("no target has a name")) });
  } finally {
    service?.close();
  }
}

class NameService implements Names {
  /**
   * Settles once it is ready, or cannot be: its start-up time does not count towards a lookup's. Settles too
   * if it is not heard of for long: whatever has become of it, nobody waits for ever.
   */
  readonly ready: Promise<void>;
  #patience: NodeJS.Timeout | undefined;
  readonly #child: ChildProcess;
  readonly #lookups = new Map<string, PromiseWithDone>();
  #failure: Finding | undefined;

  constructor() {
    this.#child = startChild(process.execPath, ["-e", program], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // nothing from the caller's environment
      env: { UV_THREADPOOL_SIZE: threads },
      cwd: "/",
    });
    this.ready = new Promise((resolve) => {
      this.#patience = setTimeout(resolve, mostStartMs);
      this.#child.once("message", () => {
        resolve();
      });
      this.#child.once("error", (error: NodeJS.ErrnoException) => {
        this.#fail(error.code ?? "");
        resolve();
      });
      this.#child.once("exit", () => {
        this.#fail("it ended");
        resolve();
      });
    });
    this.#child.on("message", (message) => {
      this.#answer(message);
    });
  }

  lookup(name: string): Promise<Lookup> {
    const known = this.#lookups.get(name);
    if (known !== undefined) return known.promise;
    if (this.#failure !== undefined) return Promise.resolve({ finding: this.#failure });
    const lookup = withDone();
    this.#lookups.set(name, lookup);
    // a failure to send shows as the end of the child
    this.#child.send(name, () => undefined);
    return lookup.promise;
  }

  close(): void {
    clearTimeout(this.#patience);
    this.#child.kill("SIGKILL");
  }

  #answer(message: unknown): void {
    const { name, addresses, code } = fieldsOf(message);
    const texts = Array.isArray(addresses) ? addresses.filter((address) => typeof address === "string") : [];
    const why = textOf(code) === "" ? "ENOTFOUND" : textOf(code);
    this.#lookups
      .get(textOf(name))
      ?.done(texts.length > 0 ? { addresses: texts } : { finding: { kind: "name-not-found", code: why } });
  }

  #fail(code: string): void {
    this.#failure ??= { kind: "own-host", doing: "looking up names", code };
    for (const { done } of this.#lookups.values()) done({ finding: this.#failure });
  }
}

interface PromiseWithDone {
  readonly promise: Promise<Lookup>;
  readonly done: (lookup: Lookup) => void;
}

function withDone(): PromiseWithDone {
  let done: PromiseWithDone["done"] = () => undefined;
  const promise = new Promise<Lookup>((resolve) => {
    done = resolve;
  });
  return { promise, done };
}
