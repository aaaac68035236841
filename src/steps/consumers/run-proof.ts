import type { ProofCommand } from "../../consumers/consumer.js";
import type { CommandResult } from "../../host/commands/command.js";
import type { Host } from "../../host/host.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { unitAccount } from "../../host/unit/unit-process.js";
import { serviceShoes, variablesOf } from "../../members/service-shoes.js";
import { runAsAccount } from "../../pkcs11/process/run-as-account.js";
import type { ServiceUnit } from "../../pkcs11/unit/service-unit.js";
import { Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";

/** Runs one command of a client in the folder of its proof. */
export type RunCommand = (
  command: Pick<ProofCommand, "environment"> & { readonly line: readonly string[] },
) => Promise<CommandResult>;

/** Processes like the service's, for a client: with a private folder, and a file `data` in it. */
export interface ProofPlace {
  /** The unit that they are in; undefined: they have the service's account and environment. */
  readonly unit?: string;
  readonly use: <T>(client: (run: RunCommand) => Promise<T>) => Promise<T>;
}

export interface PlaceInput {
  readonly service: ServiceAccount;
  /** Where the files are: the host, or a stage of it. */
  readonly where: Host;
  readonly loaded: LoadedUnit | undefined;
  readonly signal: AbortSignal;
}

/** Something to sign. */
const makeData = { line: ["sh", "-c", "echo 'signed by knetctl prove' > data"] };

/** For one command of a client. */
const commandMs = 30_000;

/** Processes of the service's account, with its environment. Throws `account-missing`. */
export async function asAccount({ service, where, loaded, signal }: PlaceInput): Promise<ProofPlace> {
  const { identity } = await serviceShoes(where, service, loaded);
  const variables = variablesOf(service, loaded);
  const run = (folder: string, ending: AbortSignal): RunCommand => {
    return ({ line, environment = {} }) =>
      runAsAccount({
        identity,
        enter: where.enter,
        folder,
        line,
        variables: { ...variables, ...environment },
        timeoutMs: commandMs,
        signal: ending,
      });
  };
  return {
    use: async (client) => {
      const made = await run("/", signal)({ line: ["mktemp", "-d", "/tmp/knetctl-proof-XXXXXXXXXX"] });
      const folder = made.stdout.trim();
      if (made.exitCode !== 0 || !/^\/tmp\/knetctl-proof-\w{10}$/.test(folder))
        throw new Problem("consumer-not-proven", "the service user has no temporary folder", {
          detail: made.stderr.trim(),
          hint: "make sure that /tmp exists and that everyone can write to it (mode 1777)",
        });
      try {
        await run(folder, signal)(makeData);
        return await client(run(folder, signal));
      } finally {
        await run("/", new AbortController().signal)({ line: ["rm", "-rf", "--", folder] });
      }
    },
  };
}

/** What the scripts of proofs call. */
const helpers = [
  ...["cat", "chmod", "cp", "grep", "head", "mkdir", "rm", "sed", "sleep", "tail", "timeout"],
  ...["certutil", "openssl", "ssh-add", "ssh-agent", "ssh-keygen"],
];

/**
 * Processes that the service manager starts as it starts the service, for a client of these `programs`.
 * Undefined where the account is the unit's alone, and not known before.
 */
export function inUnit(
  unit: ServiceUnit,
  programs: readonly string[],
  signal: AbortSignal,
): ProofPlace | undefined {
  const account = unitAccount(unit.host, unit.settings);
  if (account === undefined) return undefined;
  const { commands } = unit.host;
  const paths = [...new Set([...programs, ...helpers].flatMap((name) => commands.find(name) ?? []))];
  return {
    unit: unit.settings.unit,
    use: async (client) => {
      const { withUnitCommands } = await import("../../pkcs11/unit/unit-commands.js");
      return withUnitCommands(
        unit,
        { account, programs: paths, timeoutMs: commandMs, signal },
        async (start) => {
          const run: RunCommand = ({ line, environment = {} }) => start({ line, variables: environment });
          await run(makeData);
          return client(run);
        },
      );
    },
  };
}
