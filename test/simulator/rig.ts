import { execFileSync, spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Test } from "tap";
import { buildArchive } from "../../src/simulator/build-archive.js";
import type { Cluster, ClusterOptions } from "../../src/simulator/cluster.js";
import { startCluster } from "../../src/simulator/cluster.js";

const repository = join(import.meta.dirname, "../..");
export const sources = join(repository, "installers/simulator");
/** Compiled once for all test files; inside .tap, which git ignores. */
export const cache = join(repository, ".tap/simulator-cache");

export const ckr = {
  ok: "0",
  generalError: "5",
  attributeTypeInvalid: "12",
  deviceError: "30",
  functionNotSupported: "54",
  pinIncorrect: "a0",
  pinLocked: "a4",
  tokenNotPresent: "e0",
  userAlreadyLoggedIn: "100",
  userTypeInvalid: "103",
  notInitialized: "190",
  alreadyInitialized: "191",
} as const;

/** A folder that every account can enter; removed when the test ends. */
export function openFolder(t: Test): string {
  const folder = mkdtempSync("/tmp/knetctl-test-");
  chmodSync(folder, 0o755);
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/**
 * Keys that a smoke test makes in tests that are not about their size: one of 2048 bits takes ten times as
 * long.
 */
export const shortRsaBits = 1024;

/** Unpacks a fresh archive and gives the path of the module in it. */
export async function simulatedModule(folder: string): Promise<string> {
  const { path } = await buildArchive({ out: folder, version: "1.7.0", sources, cache });
  execFileSync("tar", ["-xf", path, "-C", folder]);
  return join(folder, "kNET-PKCS11-Linux-1.7.0/libkNETPKCS11.so");
}

export async function cluster(t: Test, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const started = await startCluster({ vhsms: 2, users: ["alice", "bob"], sources, cache, ...options });
  t.teardown(() => started.stop());
  return started;
}

export function pinOf({ users }: Cluster, name: string): string {
  return users.find((user) => user.name === name)?.pin.reveal() ?? "";
}

type Endpoint = Readonly<{ ip: string; port: number }>;

/** The vendor's configuration for these endpoints and users, all on one connection. */
export function configFor(endpoints: readonly Endpoint[], users: readonly string[]): object {
  const vector = { ip: endpoints.map(({ ip }) => ip), port: endpoints.map(({ port }) => String(port)) };
  return {
    connections: { hsm_1: vector },
    users: Object.fromEntries(
      users.map((name) => [name, { authentication_type: "password", connection: "hsm_1" }]),
    ),
  };
}

/** A home with this config.json, for any account to read. */
export function homeWith(folder: string, name: string, config: unknown): string {
  const home = join(folder, name);
  const inside = join(home, ".config/kryptus/knet/pkcs11");
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  return home;
}

export function compiledClient(folder: string): string {
  const program = join(folder, "client");
  execFileSync("gcc", [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-I/usr/include/p11-kit-1",
    join(import.meta.dirname, "client.c"),
    "-ldl",
    "-o",
    program,
  ]);
  return program;
}

/** A process that uses the module; one command, one answer. See client.c. */
export class Client {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor(t: Test, program: string, module: string, home: string, uid = 0) {
    this.#child = spawn(program, [module], { env: { HOME: home }, uid, gid: uid });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    t.teardown(() => {
      this.#child.kill("SIGKILL");
    });
  }

  async ask(command: string): Promise<string> {
    this.#child.stdin.write(`${command}\n`);
    const answer = await this.#answers.next();
    return answer.done === true ? "died" : answer.value;
  }

  /**
   * Initialises, opens a session with the token of this slot, logs in. The answer of the last call that was
   * made.
   */
  async start(slot: number, pin: string): Promise<string> {
    for (const command of ["initialize", `open ${slot}`]) {
      const answer = await this.ask(command);
      if (answer !== ckr.ok) return answer;
    }
    return this.ask(`login ${pin}`);
  }
}
