import { thisProgram } from "../problem/internal-error.js";
import { Problem } from "../problem/problem.js";
import { errorMessage, isSystemError } from "../problem/thrown.js";
import { withoutUrlSecrets } from "../problem/without-url-secrets.js";
import type { WorkerEnd } from "./process/run-worker.js";
import { addonMissing } from "./process/worker-files.js";
import type { Identity } from "./protocol.js";
import { removalCommand, removalHint, type TokenWay } from "./run-objects.js";
import { mayLeave } from "./token-report.js";
import { unitRefusal } from "./unit/unit-refusal.js";

/** Throws `smoke-module-relative`. */
export function refuseRelative(module: string): void {
  if (module !== "" && (module.startsWith("/") || !module.includes("/"))) return;
  throw new Problem(
    "smoke-module-relative",
    `${JSON.stringify(module)} is neither an absolute path nor a bare file name`,
    {
      hint: "the test runs in another folder: give the module's full path",
    },
  );
}

export function notOfARun(label: string): Problem {
  return new Problem("smoke-label-foreign", `${JSON.stringify(label)} is not the label of a smoke test`, {
    detail: "only objects that a smoke test of knetctl has made are removed",
    hint: "give the label that the report named: knetctl-smoke- and 12 hexadecimal digits",
  });
}

/** Throws `smoke-as-needs-root`. */
export function refuseForeign(identity: Identity | undefined): void {
  const self = process.geteuid?.();
  if (identity === undefined || self === 0 || self === identity.uid) return;
  throw new Problem("smoke-as-needs-root", `only root can run the smoke test as ${identity.user}`, {
    hint: "run it with sudo, or as that user",
  });
}

const needed = "install util-linux, which contains /usr/bin/prlimit and /usr/bin/setpriv";

/** Throws `smoke-worker-failed` for a process that could not be started. */
export async function started(run: Promise<WorkerEnd>): Promise<WorkerEnd> {
  try {
    return await run;
  } catch (cause) {
    // only the system says that it could not be started
    if (!isSystemError(cause)) throw cause;
    throw new Problem("smoke-worker-failed", "the smoke test's process cannot be started", {
      cause,
      detail: errorMessage(cause),
      hint: needed,
    });
  }
}

/** What of a test's request its refusals speak of. */
interface NotTested extends TokenWay {
  readonly identity?: Identity;
  readonly unit?: object;
  readonly workerPath: string;
}

/** Throws the problem because of which a test was not made, if it was not: see `testToken`. */
export function throwIfNotMade(end: WorkerEnd, request: NotTested, objectLabel: string): void {
  const { identity, unit, workerPath } = request;
  const { transcript, killed, signal, exitCode, stderr } = end;
  if (killed === "abort") {
    if (!mayLeave(end)) throw interrupted();
    throw interrupted({
      detail: `objects labelled ${objectLabel} may be on the token`,
      hint: removalHint(removalCommand(request), objectLabel),
    });
  }
  if (transcript.refused?.why === "internal") throw workerFault(transcript.refused.detail, end, objectLabel);
  if (transcript.refused !== undefined) throw refusal(transcript.refused, identity);
  if (transcript.open !== undefined || transcript.results.length > 0) return;
  const refused = unit === undefined ? undefined : unitRefusal(exitCode);
  if (refused !== undefined) throw refused;
  if (identity !== undefined && /^setpriv: /m.test(stderr))
    throw refusal({ why: "identity", detail: withoutUrlSecrets(stderr.trim()).slice(-500) }, identity);
  if (noOpenSsl.test(stderr)) throw openSslUnusable(workerPath);
  // the shell's exit codes for a program that is not there or cannot be run
  const isMissing = exitCode === 127 || exitCode === 126;
  if (killed === "deadline") throw timedOut();
  const how = signal ?? `exit code ${exitCode ?? "unknown"}`;
  throw new Problem("smoke-worker-failed", `the smoke test's process ended before it began (${how})`, {
    where: { path: workerPath },
    ...(stderr.trim() !== "" && { detail: withoutUrlSecrets(stderr.trim()).slice(-500) }),
    hint: isMissing ? needed : "run it again; knetctl doctor shows what this machine lacks",
  });
}

/** Nothing is known of the module yet. */
function timedOut(): Problem {
  return new Problem("smoke-timeout", "the smoke test's process did not begin within the time-out", {
    detail: "the module was not loaded, and nothing was logged in",
    hint: "this machine may be too busy: give more time (--timeout), or try again later",
  });
}

/** What node says before it ends if OpenSSL, as configured, gives it no random numbers or does not start. */
const noOpenSsl = /Assertion failed: (?:ncrypto|crypto)::CSPRNG|^OpenSSL configuration error/m;

function openSslUnusable(workerPath: string): Problem {
  return new Problem("smoke-worker-failed", "OpenSSL cannot be used as it is configured for the module", {
    where: { path: workerPath },
    detail:
      "with this configuration OpenSSL does not start, or gives no random numbers, in the smoke test's " +
      "process",
    hint: "check the service's OPENSSL_CONF, or else /etc/ssl/openssl.cnf, and the providers in it",
  });
}

function workerFault(detail: string, end: WorkerEnd, objectLabel: string): Problem {
  const left = mayLeave(end) ? `; objects labelled ${objectLabel} may be on the token` : "";
  return new Problem("internal-error", `internal error in ${thisProgram}: the smoke test's process failed`, {
    detail: `${detail}${left}`,
    hint: "report this, with the module and its version",
  });
}

function refusal(
  { why, detail }: { readonly why: string; readonly detail: string },
  identity: Identity | undefined,
): Problem {
  switch (why) {
    case "addon":
      return addonMissing(detail);
    case "identity":
      return new Problem(
        "smoke-identity-refused",
        `the smoke test cannot run as ${identity?.user ?? "this user"}`,
        { detail, hint: "run it as root" },
      );
    default:
      return new Problem("smoke-worker-failed", "the smoke test's process did not understand its request", {
        detail,
      });
  }
}

export function interrupted(left: { readonly detail?: string; readonly hint?: string } = {}): Problem {
  return new Problem("interrupted", "interrupted during the smoke test", left);
}
