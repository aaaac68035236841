import { randomBytes } from "node:crypto";
import type { Entrance } from "../host/host.js";
import type { Secret } from "../problem/secret.js";
import type { TokenReport } from "./report.js";
import { LoginGate, refusedBefore } from "./refused-pins/login-gate.js";
import type { RefusedPins } from "./refused-pins/refused-pins.js";
import type { Inventory } from "./inventory.js";
import { inPasses } from "./process/passes.js";
import type { Identity, SignatureTime, TokenChoice } from "./protocol.js";
import type { WorkerRequest, WorkerTask } from "./worker-request.js";
import { runWorker, type WorkerEnd, type WorkerRun } from "./process/run-worker.js";
import type { WorkerLogin } from "./process/worker-login.js";
import type { WorkerUnit } from "./unit/unit-worker.js";
import { type ProofRules, usualProofRules } from "./proven.js";
import {
  interrupted,
  notOfARun,
  refuseForeign,
  refuseRelative,
  started,
  throwIfNotMade,
} from "./not-tested.js";
import { isRunLabel, newRunLabel, removalCommand } from "./run-objects.js";
import { type Surroundings, usualSurroundings } from "./process/surroundings.js";
import { tokenReport } from "./token-report.js";
import { workerEnvironment } from "./process/worker-command.js";
import { openWorkerFiles } from "./process/worker-files.js";
import { loaderTells } from "./process/worker-stderr.js";

/** A token, how to reach it, and as which user. */
export interface TokenTestRequest {
  /** Absolute path of the module, or a bare name that the dynamic loader finds. */
  readonly module: string;
  readonly token: TokenChoice;
  /** Undefined: the test does everything that works without a login. */
  readonly pin: Secret | undefined;
  /** The account to run as; any but the caller's own needs root. */
  readonly identity?: Identity;
  /** For the whole test; default 30 seconds. */
  readonly timeoutMs?: number;
  /** The label of an earlier run's objects, for the task that removes them. */
  readonly leftBy?: string;
  /** What is to be proven, and how; left out: `usualProofRules`. */
  readonly proof?: Partial<ProofRules>;
  /**
   * Variables in addition to HOME, USER, LOGNAME, PATH and LANG; nothing else of this process's environment
   * is passed on.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Library parameters for C_Initialize, as NSS's modules want them. They are not secret. */
  readonly initArgs?: string;
  /** More variables. Nothing is remembered of them: they may be secret. */
  readonly variables?: Readonly<Record<string, string>>;
  /** LD_LIBRARY_PATH of the worker. */
  readonly libraryPath?: string;
  /** The way to where it runs (`Host.enter`). Default: it runs on this machine. */
  readonly enter?: Entrance;
  /** Asked before a PIN is sent, and told what became of it. Left out: nothing is remembered. */
  readonly refusedPins?: RefusedPins;
  /** The members through which the module reaches the token, in order of preference, where they are known. */
  readonly endpoints?: readonly string[];
  /** Default: nothing but what every service has. */
  readonly surroundings?: Surroundings;
  /** A unit to run in, instead of as `identity`. */
  readonly unit?: WorkerUnit;
  /** dist/pkcs11-worker.cjs */
  readonly workerPath: string;
  readonly signal?: AbortSignal;
}

export const defaultTimeoutMs = 30_000;

/** In milliseconds; a longer timer would go off at once. */
const longestTimer = 2 ** 31 - 1;

/** The outcome of a test: the checks as a report, and what else the worker reported. */
export interface TokenTest {
  readonly report: TokenReport;
  readonly inventory: Inventory | undefined;
  readonly signatures: readonly SignatureTime[];
}

/**
 * Performs a task with a module and a token in a separate process, with at most one login attempt and nothing
 * left on the token. For a PIN that the token has refused before, there is no process, and no attempt.
 * Whatever the module does becomes a check's result, within the time-out. `meanwhile` is awaited while a
 * `timed-paused` worker waits. Throws a Problem only if the test could not be made at all:
 * `pkcs11-addon-missing`, `smoke-as-needs-root`, `smoke-identity-refused`, `smoke-worker-failed`,
 * `smoke-timeout`, `smoke-module-relative`, `smoke-label-foreign`, `interrupted`, `pin-record-damaged`,
 * `pin-record-busy`, `pin-record-not-written`.
 */
export async function testToken(
  task: WorkerTask,
  request: TokenTestRequest,
  meanwhile?: () => Promise<void>,
): Promise<TokenTest> {
  refuseRelative(request.module);
  refuseForeign(request.identity);
  if (request.leftBy !== undefined && !isRunLabel(request.leftBy)) throw notOfARun(request.leftBy);
  if (request.signal?.aborted === true) throw interrupted();
  const refused = await refusedBefore(request);
  if (refused !== undefined) return { report: refused, inventory: undefined, signatures: [] };
  const { timeoutMs = defaultTimeoutMs } = request;
  const rules = { ...usualProofRules, ...request.proof };
  const pin = request.pin === undefined ? undefined : Buffer.from(request.pin.reveal());
  const gate = new LoginGate(request);
  const login: WorkerLogin = {
    mayLogIn: (token, waitMs) => gate.mayLogIn(token, { waitMs, signal: request.signal }),
    pin: pin ?? Buffer.alloc(0),
    sent: () => {
      gate.sent();
    },
    ended: (result) => {
      gate.ended(result);
    },
  };
  const objectLabel = request.leftBy ?? newRunLabel();
  const end = await started(
    inPasses(Math.min(timeoutMs, longestTimer), ({ timeoutMs, ...pass }) => {
      const asked: WorkerRequest = {
        nonce: randomBytes(12).toString("hex"),
        task,
        module: request.module,
        initArgs: request.initArgs ?? null,
        token: request.token,
        pinBytes: pin?.length ?? null,
        identity: request.unit === undefined ? (request.identity ?? null) : null,
        surroundings: request.surroundings ?? usualSurroundings,
        objectLabel,
        ...rules,
        removal: removalCommand(request),
        ...pass,
      };
      const given = {
        variables: {
          ...(pass.mayStartAgain && { LD_DEBUG: loaderTells }),
          ...(request.libraryPath !== undefined && { LD_LIBRARY_PATH: request.libraryPath }),
          ...request.variables,
          ...request.environment,
        },
        timeoutMs,
      };
      return inUnit(request, given, (unit) => {
        // opened anew for each, since the first has read the script to its end
        const files = openWorkerFiles(request.workerPath, request.identity);
        return runWorker({
          files,
          ...given,
          module: request.module,
          ...(request.identity && { identity: request.identity }),
          nonce: asked.nonce,
          enter: request.enter,
          marker: randomBytes(12).toString("hex"),
          input: Buffer.from(`${JSON.stringify(asked)}\n`),
          login,
          environment: workerEnvironment(request.identity),
          ...(request.signal && { signal: request.signal }),
          ...(unit && { unit }),
          ...(meanwhile && { meanwhile }),
        }).finally(() => {
          files.close();
        });
      });
    }),
  );
  throwIfNotMade(end, request, objectLabel);
  if (end.failures.length > 0) throw end.failures[0];
  const { module, token } = request;
  const report = tokenReport(
    {
      module,
      token,
      timeoutMs,
      objectLabel,
      removal: removalCommand(request),
      existingKeys: rules.existingKeys,
    },
    end,
  );
  return {
    report: { ...report, checks: [...report.checks, ...gate.checks] },
    inventory: end.transcript.inventory,
    signatures: end.transcript.signatures,
  };
}

type UnitOfRun = NonNullable<WorkerRun["unit"]>;

/** Makes the run, in the unit if one is asked for. */
async function inUnit(
  { unit, workerPath }: TokenTestRequest,
  given: Pick<WorkerRun, "variables" | "timeoutMs">,
  run: (started?: UnitOfRun) => Promise<WorkerEnd>,
): Promise<WorkerEnd> {
  if (unit === undefined) return run();
  const { withWorkerUnit } = await import("./unit/unit-worker.js");
  return withWorkerUnit(unit, { ...given, workerPath }, run);
}

export type SmokeRequest = TokenTestRequest;

/** Proves a module and a token, as `testToken` does: whatever the module does is in the report. */
export async function smokeTest(request: SmokeRequest): Promise<TokenReport> {
  return (await testToken("smoke", request)).report;
}

/**
 * Removes the objects that a smoke test has left on a token (`leftBy`): just those that have its label and
 * one of its IDs, which are read from each first. Throws as `testToken` does.
 */
export async function removeLeftovers(
  request: SmokeRequest & { readonly leftBy: string },
): Promise<TokenReport> {
  return (await testToken("leftovers", request)).report;
}
