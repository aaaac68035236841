import { consumerOf } from "../../consumers/consumers.js";
import type { ConsumerProof } from "../../consumers/consumer.js";
import type { Host } from "../../host/host.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import type { ConsumerReport } from "../../pkcs11/report.js";
import type { ServiceUnit } from "../../pkcs11/unit/service-unit.js";
import { notTried, unitHint } from "../../pkcs11/unit/unit-problems.js";
import { asWarning, Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile, ProfileConsumer } from "../../profile/types.js";
import type { Proof, StepInput } from "../../workflow/step.js";
import { type Failure, firstFailure } from "./first-failure.js";
import { asAccount, inUnit, type PlaceInput, type ProofPlace } from "./run-proof.js";

export interface ProveInput extends Pick<StepInput, "unit" | "host"> {
  readonly profile: Pick<Profile, "service">;
  /** Where the files are: the host, or a stage of it. */
  readonly where: Host;
  readonly signal: AbortSignal;
  /** They are struck from what is shown of a client's output. */
  readonly pins: ReadonlyMap<PinSource, Secret>;
  /** Whether the plan changes consumers: if not, the run is not to blame, and one that fails is warned of. */
  readonly isOwn: boolean;
  /** True: no smoke test goes before, but a login with the very PIN that the client sends. */
  readonly isAlone?: true;
}

/**
 * Proves consumers with their own clients, one after the other, in processes like the service's: on the host
 * in those of its unit, where that makes a difference. Of a client's commands none is begun after one that
 * failed: the first that logs in is the only one to send a wrong PIN. A client that is not here is skipped,
 * and said.
 */
export async function proveConsumers(
  consumers: readonly ProfileConsumer[],
  input: ProveInput,
): Promise<Proof> {
  const { profile, where, signal, isOwn, isAlone } = input;
  const loaded = await input.unit?.();
  const { unit, problems } = await unitOf(input, loaded);
  const account: PlaceInput = { service: profile.service, where, loaded, signal };
  const found: Proven[] = [];
  for (const one of consumers) {
    if (signal.aborted) break;
    found.push(await proveOne(one, { ...input, account, unit }));
  }
  return {
    smoke: { tokens: [], consumers: found.map(({ report }) => report) },
    problems: [
      // else the smoke test says so
      ...(isAlone === true ? problems : []),
      ...found.flatMap(({ problem }) =>
        problem === undefined ? [] : [isOwn ? problem : asWarning(problem)],
      ),
    ],
  };
}

/** The unit whose processes the clients are to be like; none in a stage, whose files it does not see. */
async function unitOf(
  { host, where }: ProveInput,
  loaded: LoadedUnit | undefined,
): Promise<{ readonly unit: ServiceUnit | undefined; readonly problems: readonly Problem[] }> {
  if (where !== host || loaded === undefined) return { unit: undefined, problems: [] };
  const { unitToTestIn } = await import("../../pkcs11/unit/unit-to-test-in.js");
  const found = unitToTestIn(host, loaded);
  if (!("unit" in found)) return { unit: undefined, problems: found.instead };
  const { unit } = found;
  return unit.hasAccount
    ? { unit, problems: [] }
    : { unit: undefined, problems: [notTried(unit.settings.unit, "its user exists only while it runs")] };
}

interface Placed extends Omit<ProveInput, "unit"> {
  readonly account: PlaceInput;
  readonly unit: ServiceUnit | undefined;
}

interface Proven {
  readonly report: ConsumerReport;
  readonly problem?: Problem;
}

async function proveOne(one: ProfileConsumer, input: Placed): Promise<Proven> {
  const { name, type } = one;
  const report = (status: ConsumerReport["status"], detail: string) => ({
    report: { name, type, status, detail },
  });
  const proof = consumerOf(type)?.proof?.(one);
  if (proof === undefined) return report("skip", "no client of it can show here that it works");
  const inFile = pinInFile(one, input);
  const known = one.pin && input.pins.get(one.pin)?.reveal();
  if (known !== undefined && inFile !== undefined && inFile !== known) {
    const other = otherPin(one);
    return { ...report("fail", other.message), problem: other };
  }
  const missing = missingProgram(proof, input.where);
  if (missing !== undefined)
    return report("skip", `${missing} is not here (Debian: ${proof.package}), so nothing was proven`);
  const secrets = [...[...input.pins.values()].map((pin) => pin.reveal()), inFile ?? ""];
  const run = (place: ProofPlace) => place.use((client) => firstFailure(proof, client, secrets));
  const place =
    input.unit &&
    inUnit(
      input.unit,
      proof.commands.map(({ line: [program] }) => program),
      input.signal,
    );
  const failure = await run(place ?? (await asAccount(input.account)));
  if (input.signal.aborted) return report("skip", "interrupted");
  if (failure === undefined)
    return report(proof.unsigned === undefined ? "pass" : "warn", passedText(proof, place?.unit));
  const isPinRight = one.pinFile === undefined || known !== undefined || input.isAlone === true;
  // a PIN that might be wrong is not sent again
  const isOfUnit =
    place !== undefined && isPinRight && (await run(await asAccount(input.account))) === undefined;
  const problem = isOfUnit ? inTheWay(one, input, failure) : notProven(one, failure, place);
  return { ...report("fail", problem.message), problem };
}

function passedText({ proves, unsigned }: ConsumerProof, unit: string | undefined): string {
  const proven = unit === undefined ? proves : `${proves}, in a process like those of ${unit}`;
  return unsigned === undefined ? proven : `${proven}; nothing was signed (${unsigned})`;
}

function pinInFile({ pinFile }: ProfileConsumer, { where, profile }: Placed): string | undefined {
  const uid = where.accounts.user(profile.service.user)?.uid;
  return pinFile === undefined || uid === undefined
    ? undefined
    : (where.files(uid).read(pinFile)?.toString("utf8") ?? "");
}

/** A PIN file with another PIN is not used: every look at the host would send a wrong one again. */
function otherPin({ name, pinFile }: ProfileConsumer): Problem {
  return new Problem(
    "consumer-not-proven",
    `consumer ${JSON.stringify(name)} does not have the profile's PIN`,
    {
      ...(pinFile !== undefined && { where: { path: pinFile } }),
      detail: "the two PINs were compared; neither was sent",
      hint: "run knetctl plan to see whether knetctl would rewrite the PIN file",
    },
  );
}

function missingProgram({ commands }: ConsumerProof, { commands: programs }: Host): string | undefined {
  return commands.map(({ line: [program] }) => program).find((one) => programs.find(one) === undefined);
}

function notProven(one: ProfileConsumer, { does, said }: Failure, place: ProofPlace | undefined): Problem {
  const unit = place?.unit;
  return new Problem(
    "consumer-not-proven",
    `consumer ${JSON.stringify(one.name)} (${one.type}) failed to ${does}`,
    {
      ...(one.file !== undefined && { where: { path: one.file } }),
      detail: unit === undefined ? said : `${said}\nit ran in a process like those of ${unit}`,
      hint:
        "run the command yourself, as the service user; it was not tried again, since wrong PINs count " +
        "towards a lock-out",
    },
  );
}

/** Which of its properties it is would take a login for each. */
function inTheWay({ name, type, file }: ProfileConsumer, { profile, unit }: Placed, { does, said }: Failure) {
  const { settings, properties } = unit ?? {};
  const named = settings?.unit ?? "";
  return new Problem(
    "consumer-unit-in-the-way",
    `consumer ${JSON.stringify(name)} (${type}) fails in ${named}, although it works as its user`,
    {
      ...(file !== undefined && { where: { path: file } }),
      detail: [
        `as ${profile.service.user} it worked; in ${named} it failed to ${does}`,
        said,
        `the unit has ${(properties?.groups ?? []).map((group) => group.name).join(", ")}`,
      ].join("\n"),
      hint: unitHint(named),
    },
  );
}
