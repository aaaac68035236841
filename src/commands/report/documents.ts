import { isRecord } from "../../formats/json/json-values.js";
import { runNames } from "../../workflow/journal/runs.js";
import type { CommandContext } from "../command.js";
import { LeftOut, type Part } from "./part.js";

const newestRuns = 3;
const noProfile = new LeftOut("no profile was given");

/** What other commands print with `--json`, which is made to be shown. None of these loads or logs in. */
export const documents: readonly Part[] = [
  {
    name: "versions.json",
    what: "knetctl's version and parts",
    make: ({ context }) =>
      documentOf(context, async (inner) => (await import("../run/version.js")).version(inner)),
  },
  {
    name: "doctor.json",
    what: "the surroundings checked, endpoints among them",
    make: ({ context, file: profile }) =>
      documentOf(context, async (inner) =>
        (await import("../doctor/doctor.js")).doctor({ profile, probe: true }, inner),
      ),
  },
  {
    name: "plan.json",
    what: "what apply would change, without contents; no install.sh is run",
    make: ({ context, file }) =>
      file === undefined
        ? noProfile
        : documentOf(context, async (inner) =>
            (await import("../run/plan.js")).plan({ profile: file, stage: false, inPlace: false }, inner),
          ),
  },
  {
    name: "probe.json",
    what: "what listens at each endpoint, without a login",
    make: ({ context, file: profile, around: { service } }) =>
      documentOf(context, async (inner) =>
        (await import("../ha/probe/probe.js")).probe(
          {
            ...(profile === undefined ? {} : { profile }),
            user: service.user,
            connections: [],
            timeout: 5,
            watch: false,
            interval: 5,
          },
          inner,
        ),
      ),
  },
  {
    name: "history.json",
    what: "the runs that changed this host",
    make: ({ context }) => documentOf(context, async (inner) => history(undefined, inner)),
  },
  {
    name: "last-runs.json",
    what: `what the last ${newestRuns} of them changed, without contents`,
    make: async ({ context, host }) => {
      const names = [...runNames(host)].sort().slice(-newestRuns);
      const runs: unknown[] = [];
      for (const name of names) runs.push(await documentOf(context, (inner) => history(name, inner)));
      return { runs };
    },
  },
];

async function history(run: string | undefined, context: CommandContext): Promise<unknown> {
  return (await import("../run/history.js")).history({ run }, context);
}

/** Runs a command and returns the document that it would print. */
async function documentOf(
  context: CommandContext,
  run: (inner: CommandContext) => Promise<unknown>,
): Promise<unknown> {
  let document: unknown;
  const nothing = (): void => undefined;
  const output = {
    ...context.output,
    json: true,
    problem: nothing,
    progress: nothing,
    ifThrown: nothing,
    document: (value: unknown) => {
      document = value;
    },
  };
  await run({ ...context, output });
  return withoutDiffs(document);
}

/**
 * Who sees a plan may see the file that it changes; a report goes further. What is not known in a config.json
 * could be a secret.
 */
function withoutDiffs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDiffs);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (name === "diff" ? [] : [[name, withoutDiffs(one)]])),
  );
}
