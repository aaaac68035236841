import { resolve } from "node:path";
import { path } from "../../host/path.js";
import { readPin } from "../../host/pin/read-pin.js";
import { Problem, type ProblemJson } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { mostSeconds } from "../command-line/options.js";
import type { PinSource } from "../../profile/types.js";
import { type SmokeReport, smokeOutcome } from "../../pkcs11/report.js";
import type { Identity, TokenChoice } from "../../pkcs11/protocol.js";
import {
  demandedLevels,
  existingKeyRules,
  type ProofRules,
  tokenObjectRules,
  usualProofRules,
} from "../../pkcs11/proven.js";
import { defaultTimeoutMs, removeLeftovers, smokeTest } from "../../pkcs11/test-token.js";
import { smokeChecked } from "../../ui/checks/smoke-checks.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { smokeJson } from "../../ui/reports/report-json.js";
import { smokeReportText } from "../../ui/reports/smoke-report-text.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import { failedOn, type FailOnArguments } from "../fail-on.js";
import { type LoginArguments, refusedPinsOf } from "../secrets/refused-pins.js";

export interface SmokeArguments extends LoginArguments, FailOnArguments {
  /** A path, relative to the working folder, or a bare name for the dynamic loader. */
  readonly module: string;
  readonly tokenLabel?: string | undefined;
  readonly tokenSerial?: string | undefined;
  /** Account to run as. */
  readonly as?: string | undefined;
  /** `-` is standard input. */
  readonly pinFile?: string | undefined;
  /** Ask for the PIN on the terminal. */
  readonly pinPrompt?: boolean | undefined;
  /** Seconds, for the whole test. */
  readonly timeout?: number | undefined;
  /** What must be proven; see `ProofRules`. */
  readonly atLeast?: string | undefined;
  /** Whether keys that are on the token are signed with, or only listed. */
  readonly existingKeys?: string | undefined;
  /** Labels of signing keys that must be on the token. */
  readonly key?: readonly string[] | undefined;
  /** Whether keys may be made on the token, and are destroyed. */
  readonly tokenObjects?: string | undefined;
  /** The label of what an earlier test has left; only this is removed, and nothing is tested. */
  readonly removeLeftovers?: string | undefined;
  /** Library parameters for C_Initialize. */
  readonly initArgs?: string | undefined;
  /** NAME=VALUE: the module's environment, which otherwise contains nothing of this process's. */
  readonly env?: readonly string[] | undefined;
}

/**
 * `knetctl smoke`: the PKCS #11 smoke test of one token of any module. Exit 0 (warnings pass), 1 failed, 69
 * the token or its login is not available, 77 `--as` needs root.
 */
export const smoke: CommandRun<SmokeArguments> = async (args, context) => {
  const request = {
    module: modulePath(args.module, context),
    token: tokenChoice(args),
    timeoutMs: timeoutMs(args.timeout),
    environment: environment(args.env ?? []),
    proof: proofRules(args),
    ...(args.initArgs !== undefined && { initArgs: args.initArgs }),
    workerPath: pkcs11Worker(context),
    refusedPins: refusedPinsOf(args, context),
    signal: context.signal,
  };
  const identity = args.as === undefined ? undefined : await identityOf(args.as, context);
  const asRoot = identity === undefined && context.isRoot ? [runsAsRoot()] : [];
  for (const problem of asRoot) context.output.problem(problem);
  const { pin, problems } = await pinOf(args, context);
  if (args.removeLeftovers !== undefined && pin === undefined)
    throw usage("--remove-leftovers needs the PIN: private keys are not seen without a login");
  const test = { ...request, pin, ...(identity && { identity }) };
  const { removeLeftovers: leftBy } = args;
  const tokens = [await (leftBy === undefined ? smokeTest(test) : removeLeftovers({ ...test, leftBy }))];
  const report = { tokens };
  const told = [...asRoot, ...problems];
  show(report, told, context);
  return failedOn(args.failOn, smokeOutcome(report).exitCode, smokeChecked(report, told).findings);
};

function runsAsRoot(): Problem {
  return new Problem("smoke-as-root", "the module runs as root", {
    severity: "warning",
    detail:
      "root has different rights and a different home from the service user's: for the service, this " +
      "proves nothing",
    hint: "name the service user: --as USER",
  });
}

function modulePath(module: string, { workingFolder }: CommandContext): string {
  return module.includes("/") ? resolve(workingFolder, module) : module;
}

function tokenChoice({ tokenLabel, tokenSerial }: SmokeArguments): TokenChoice {
  if (tokenLabel !== undefined)
    return { label: tokenLabel, ...(tokenSerial !== undefined && { serial: tokenSerial }) };
  return tokenSerial === undefined ? { only: true } : { serial: tokenSerial };
}

function timeoutMs(seconds: number | undefined): number {
  if (seconds === undefined) return defaultTimeoutMs;
  if (!(seconds > 0 && seconds <= mostSeconds))
    throw usage(`--timeout must be more than 0 and at most ${mostSeconds} seconds`);
  return seconds * 1000;
}

/** The parser has refused all other words. */
function proofRules({ atLeast, existingKeys, tokenObjects, key = [] }: SmokeArguments): ProofRules {
  if (existingKeys === "list" && atLeast === "signed-existing-key")
    throw usage("--at-least signed-existing-key asks for what --existing-keys list forbids");
  return {
    atLeast: demandedLevels.find((known) => known === atLeast) ?? usualProofRules.atLeast,
    // who asks for it wants it proven, PIN or not
    pinOptional: atLeast === undefined,
    existingKeys: existingKeyRules.find((known) => known === existingKeys) ?? usualProofRules.existingKeys,
    tokenObjects: tokenObjectRules.find((known) => known === tokenObjects) ?? usualProofRules.tokenObjects,
    keys: key,
    keysElsewhere: false,
  };
}

function environment(settings: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^\0]*)$/s.exec(setting) ?? [];
      if (name === undefined || value === undefined) throw usage("--env takes NAME=VALUE");
      return [name, value];
    }),
  );
}

async function identityOf(name: string, context: CommandContext): Promise<Identity> {
  const host = await context.host({ readOnly: true });
  const account = host.accounts.user(name);
  if (account === undefined)
    throw new Problem("account-missing", `there is no user ${JSON.stringify(name)}`, {
      hint: "name an account of this host with --as",
    });
  return { user: account.user, uid: account.uid, gid: account.gid, home: account.home };
}

async function pinOf(
  args: SmokeArguments,
  context: CommandContext,
): Promise<{ pin: Secret | undefined; problems: readonly Problem[] }> {
  const source = pinSource(args, context);
  if (source === undefined) {
    context.output.note("note: no PIN was given: the test goes as far as it can without a login");
    return { pin: undefined, problems: [] };
  }
  const { descriptors, signal } = context;
  const { pin, notes, problems } = await readPin(source, {
    signal,
    descriptors,
    strict: args.strict === true,
    ...(args.tokenLabel !== undefined && { user: cleanLine(args.tokenLabel) }),
  });
  if (context.output.verbose) for (const note of notes) context.output.note(cleanLine(`note: ${note}`));
  // before the login: a PIN that looks wrong may cost an attempt
  for (const problem of problems) context.output.problem(problem);
  return { pin, problems };
}

function pinSource(
  { pinFile, pinPrompt = false }: SmokeArguments,
  { workingFolder }: CommandContext,
): PinSource | undefined {
  if (pinFile !== undefined && pinPrompt) throw usage("give the PIN by file or by prompt, not by both");
  if (pinFile === undefined) return pinPrompt ? { from: "prompt" } : undefined;
  if (pinFile === "-") return { from: "fd", descriptor: 0 };
  return { from: "file", path: path(resolve(workingFolder, pinFile)) };
}

function show(report: SmokeReport, problems: readonly Problem[], { output }: CommandContext): void {
  if (output.json) {
    output.document({
      ...smokeJson(report),
      problems: problems.map((problem): ProblemJson => problem.toJSON()),
    });
    return;
  }
  output.checks?.(() => smokeChecked(report, problems));
  output.result(smokeReportText(report, output.style));
}

function usage(title: string): Problem {
  return new Problem("usage-invalid", title, { hint: "knetctl smoke --help lists what it takes" });
}
