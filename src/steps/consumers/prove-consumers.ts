import { consumerOf } from "../../consumers/consumers.js";
import type { ConsumerProof, ProofCommand } from "../../consumers/consumer.js";
import type { Host } from "../../host/host.js";
import type { CommandResult } from "../../host/commands/command.js";
import { runAsAccount } from "../../pkcs11/process/run-as-account.js";
import type { ConsumerReport } from "../../pkcs11/report.js";
import { asWarning, Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile, ProfileConsumer } from "../../profile/types.js";
import { serviceShoes, type ServiceShoes, variablesOf } from "../../members/service-shoes.js";
import type { Proof, StepInput } from "../../workflow/step.js";

export interface ProveInput extends Pick<StepInput, "unit"> {
  readonly profile: Pick<Profile, "service">;
  /** Where the files are: the host, or a stage of it. */
  readonly where: Host;
  readonly signal: AbortSignal;
  /** They are struck from what is shown of a client's output. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** Whether the plan changes consumers: if not, the run is not to blame, and one that fails is warned of. */
  readonly isOwn: boolean;
}

/** Something to sign. */
const makeData = "echo 'signed by knetctl prove' > data";

/** For one command of a client. */
const commandMs = 30_000;

/**
 * Proves consumers with their own clients, one after the other, as the service. Of a client's commands none
 * is begun after one that failed: the first that logs in is the only one to send a wrong PIN. A client that
 * is not here is skipped, and said.
 */
export async function proveConsumers(
  consumers: readonly ProfileConsumer[],
  input: ProveInput,
): Promise<Proof> {
  const loaded = await input.unit?.();
  const shoes = await serviceShoes(input.where, input.profile.service, loaded);
  const variables = variablesOf(input.profile.service, loaded);
  const found: { readonly report: ConsumerReport; readonly problem?: Problem }[] = [];
  for (const one of consumers) {
    if (input.signal.aborted) break;
    found.push(await proveOne(one, { ...input, shoes, variables }));
  }
  return {
    smoke: { tokens: [], consumers: found.map(({ report }) => report) },
    problems: found.flatMap(({ problem }) =>
      problem === undefined ? [] : [input.isOwn ? problem : asWarning(problem)],
    ),
  };
}

interface Shod extends ProveInput {
  readonly shoes: ServiceShoes;
  readonly variables: Readonly<Record<string, string>>;
}

async function proveOne(
  one: ProfileConsumer,
  input: Shod,
): Promise<{ readonly report: ConsumerReport; readonly problem?: Problem }> {
  const { name, type } = one;
  const report = (status: ConsumerReport["status"], detail: string) => ({
    report: { name, type, status, detail },
  });
  const proof = consumerOf(type)?.proof?.(one);
  if (proof === undefined) return report("skip", "no client of it can show here that it works");
  const other = otherPin(one, input);
  if (other !== undefined) return { ...report("fail", other.message), problem: other };
  const missing = missingProgram(proof, input.where);
  if (missing !== undefined)
    return report("skip", `${missing} is not here (Debian: ${proof.package}), so nothing was proven`);
  const failed = await inFolderOfItsOwn(input, (folder) => firstFailure(proof.commands, folder, one, input));
  if (input.signal.aborted) return report("skip", "interrupted");
  if (failed === undefined)
    return report(
      proof.unsigned === undefined ? "pass" : "warn",
      proof.unsigned === undefined ? proof.proves : `${proof.proves}; nothing was signed (${proof.unsigned})`,
    );
  return { ...report("fail", failed.message), problem: failed };
}

/** A PIN file with another PIN is not used: every look at the host would send a wrong one again. */
function otherPin(
  { name, pinFile, pin }: ProfileConsumer,
  { where, profile, pins }: Shod,
): Problem | undefined {
  const known = pin && pins.get(pin)?.reveal();
  const uid = where.accounts.user(profile.service.user)?.uid;
  if (pinFile === undefined || known === undefined || uid === undefined) return undefined;
  if (where.files(uid).read(pinFile)?.toString("utf8") === known) return undefined;
  return new Problem(
    "consumer-not-proven",
    `consumer ${JSON.stringify(name)} has not the PIN of the profile`,
    {
      where: { path: pinFile },
      detail: "they were compared; neither was sent",
      hint: "knetctl plan shows whether the file is knetctl's to write",
    },
  );
}

function missingProgram({ commands }: ConsumerProof, { commands: programs }: Host): string | undefined {
  return commands.map(({ line: [program] }) => program).find((one) => programs.find(one) === undefined);
}

/** A private folder of the service's, with a file `data` to sign. */
async function inFolderOfItsOwn(
  input: Shod,
  use: (folder: string) => Promise<Problem | undefined>,
): Promise<Problem | undefined> {
  const made = await run({ line: ["mktemp", "-d", "/tmp/knetctl-proof-XXXXXXXXXX"] }, "/", input);
  const folder = made.stdout.trim();
  if (made.exitCode !== 0 || !/^\/tmp\/knetctl-proof-\w{10}$/.test(folder))
    return new Problem("consumer-not-proven", "the service's user has no temporary folder", {
      detail: lastWords(made, input),
      hint: "see that /tmp is there, and that everybody may write in it (1777)",
    });
  try {
    await run({ line: ["sh", "-c", makeData] }, folder, input);
    return await use(folder);
  } finally {
    await run({ line: ["rm", "-rf", "--", folder] }, "/", { ...input, signal: new AbortController().signal });
  }
}

async function firstFailure(
  commands: readonly ProofCommand[],
  folder: string,
  one: ProfileConsumer,
  input: Shod,
): Promise<Problem | undefined> {
  for (const command of commands) {
    const result = await run(command, folder, input);
    const output = `${result.stdout}\n${result.stderr}`;
    const isShown = (command.shows ?? []).every((pattern) => pattern.test(output));
    if (result.exitCode === 0 && isShown) continue;
    return new Problem(
      "consumer-not-proven",
      `consumer ${JSON.stringify(one.name)} (${one.type}) failed to ${command.does}`,
      {
        ...(one.file !== undefined && { where: { path: one.file } }),
        detail: [command.line.join(" "), howItEnded(result), lastWords(result, input)]
          .filter((part) => part !== "")
          .join("\n"),
        hint:
          "run the command yourself, as the service's user; it was not tried again, since wrong PINs count " +
          "towards a lock-out",
      },
    );
  }
  return undefined;
}

function howItEnded({ exitCode, signal, timedOut, ms }: CommandResult): string {
  if (timedOut) return `it was ended after ${Math.round(ms / 1000)} s`;
  if (exitCode === 0) return "it ended well, but did not show what it should";
  return exitCode === null ? `it was ended by ${signal ?? "a signal"}` : `it ended with ${exitCode}`;
}

const linesShown = 8;

/** The end of what it said, without any PIN: a client may print what it was given. */
function lastWords({ stdout, stderr }: CommandResult, { pins }: Pick<ProveInput, "pins">): string {
  const said = `${stdout}\n${stderr}`
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-linesShown)
    .join("\n");
  return [...pins.values()].reduce((text, pin) => text.replaceAll(pin.reveal(), "<PIN>"), said);
}

function run(
  { line, environment = {} }: Pick<ProofCommand, "environment"> & { readonly line: readonly string[] },
  folder: string,
  { shoes, variables, where, signal }: Shod,
): Promise<CommandResult> {
  return runAsAccount({
    identity: shoes.identity,
    enter: where.enter,
    folder,
    line,
    variables: { ...variables, ...environment },
    timeoutMs: commandMs,
    signal,
  });
}
