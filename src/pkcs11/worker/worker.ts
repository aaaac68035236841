import { readFileSync, readSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { PKCS11 } from "pkcs11js";
import { errorMessage, thrownText } from "../../problem/thrown.js";
import type { Surroundings } from "../process/surroundings.js";
import { announcedLibrary } from "./announced-library.js";
import type { Run } from "./checks/check.js";
import { checksOf } from "./checks/index.js";
import { askedBefore } from "./checks/own-objects.js";
import { closeOthers } from "../../host/commands/start-child.js";
import { encodeMessage, type Identity, type RefusalReason, type WorkerMessage } from "../protocol.js";
import { asRequest, type WorkerRequest } from "../worker-request.js";
import { loaderTells } from "../process/worker-stderr.js";
import { limitResources } from "./limit-resources.js";
import { runChecks } from "./run-checks.js";
import { whyUnreached } from "./why-unreached.js";

/**
 * The process in which a PKCS #11 module is loaded; it may hang, crash or end in any call. Reads the request
 * from standard input, and reports on descriptor 3, where it also gets the PIN when it asks for it. Leaves by
 * `process.exit`: any other end would unload the module while its threads are running.
 */
const reports = 3;

function readRequest(): WorkerRequest | undefined {
  const input = readFileSync(0);
  return asRequest(input.subarray(0, Math.max(0, input.indexOf("\n"))).toString());
}

/** Blocks until everything is written: the message has to be out before the call that may end the process. */
function tell(nonce: string, message: WorkerMessage): void {
  let bytes = Buffer.from(encodeMessage(nonce, message));
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(reports, bytes));
}

/**
 * Waits until the parent sends a byte: what Node calls a pipe to a child is a pair of sockets, and works in
 * both directions.
 */
function pause(nonce: string): void {
  tell(nonce, { type: "paused" });
  readBytes(1);
}

/** The parent has the last word on whether the PIN is sent, now that it knows the token. */
function askPin({ nonce, pinBytes }: WorkerRequest): string | undefined {
  tell(nonce, { type: "login" });
  return readBytes(1).toString() === "+" ? readBytes(pinBytes ?? 0).toString() : undefined;
}

/** Fewer, if the parent has gone. */
function readBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let length = 0;
  for (let read = 1; length < count && read > 0; length += read)
    read = readSync(reports, bytes, length, count - length, null);
  return bytes.subarray(0, length);
}

function newRun(library: PKCS11, request: WorkerRequest, unreached: string | undefined): Run {
  return {
    request,
    hasPin: request.pinBytes !== null,
    unreached,
    library: announcedLibrary(library, (call) => {
      tell(request.nonce, { type: "call", call });
    }),
    tell: (message) => {
      tell(request.nonce, message);
    },
    askPin: () => askPin(request),
    pause: () => {
      pause(request.nonce);
    },
    started: performance.now(),
    looked: undefined,
    loadedFirst: [],
    initialized: false,
    slots: [],
    token: undefined,
    mechanisms: new Set(),
    mechanismInfo: new Map(),
    session: undefined,
    writable: false,
    loggedIn: false,
    pinTaken: false,
    searchable: true,
    signingKeys: [],
    rsa: undefined,
    ec: undefined,
    signed: [],
    failed: false,
    signer: undefined,
    asked: request.task === "leftovers" ? askedBefore(request.objectLabel) : new Map<string, number>(),
    life: request.tokenObjects === "always" || request.task === "leftovers" ? "token" : "session",
    created: [],
    misled: false,
  };
}

/** The account was set before this process began (worker-command.ts); nothing is loaded as anyone else. */
function requireIdentity(identity: Identity | null): void {
  if (
    identity === null ||
    (process.getuid?.() === identity.uid &&
      process.geteuid?.() === identity.uid &&
      process.getgid?.() === identity.gid)
  )
    return;
  throw new Error(`the process is not ${identity.user}`);
}

/** The rights for new files and the working folder of the service. One that it cannot enter is left. */
function enterFolder({ umask, folder }: Surroundings): void {
  if (umask !== null) process.umask(umask);
  try {
    if (folder !== null) process.chdir(folder);
  } catch {
    // systemd says so when it starts the service
  }
}

async function work(request: WorkerRequest): Promise<void> {
  let why: RefusalReason = "addon";
  try {
    const { PKCS11 } = await import("pkcs11js");
    const library = new PKCS11();
    why = "identity";
    requireIdentity(request.identity);
    why = "internal";
    const { addresses } = request.surroundings;
    // a forbidden system call may end the process in it
    if (addresses.length > 0) tell(request.nonce, { type: "begin", check: "reach" });
    const unreached = await whyUnreached(addresses);
    limitResources(request.surroundings);
    const checks = checksOf(request.task).filter(({ id }) => id !== "reach" || addresses.length > 0);
    runChecks(checks, newRun(library, request, unreached));
    tell(request.nonce, { type: "done" });
  } catch (error) {
    tell(request.nonce, {
      type: "refused",
      why,
      detail: why === "internal" ? thrownText(error) : errorMessage(error),
    });
  }
}

// what knetctl withheld from this process is not for the module either
closeOthers();
// not for the programs that the module starts
if (process.env["LD_DEBUG"] === loaderTells) delete process.env["LD_DEBUG"];
const request = readRequest();
if (request === undefined) process.exit(2);
enterFolder(request.surroundings);
void work(request).finally(() => process.exit(0));
