import { fieldsOf } from "../formats/json/json-values.js";
import { type SettingsForm, settingsForms } from "../formats/settings/settings-text.js";
import { consumerText } from "../consumers/consumers.js";
import { writtenProfile } from "../description/written-profile.js";
import { nameOf, path } from "../host/path.js";
import { Problem, type ProblemJson, titleWithDetail } from "../problem/problem.js";
import { Secret } from "../problem/secret.js";
import { buildProfile } from "../profile/build-profile.js";
import { isError } from "../profile/finding.js";
import { profileFindings } from "../profile/parse-profile.js";
import { readProfile } from "../profile/reading/read-profile.js";
import { secretUses } from "../profile/secret-uses.js";
import type { PinSource, Profile } from "../profile/types.js";
import { renderKeyStores } from "../steps/key-stores/render-key-stores.js";
import { renderClientConfig, wantedClientConfig } from "../vendor/client-config/render-client-config.js";
import type { DataMap } from "./data.js";
import { withoutField } from "./kept.js";
import { type PlacedProblem, placedProblems, placesOf } from "./placed-problems.js";
import { procedure } from "./procedure.js";
import { keysOf, profileSchema } from "./shape.js";
import { fragmentOf } from "./share.js";

/** One file that the page offers. */
export interface Output {
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** A file's name to save it under. */
  readonly file: string;
  /** Absent: there is nothing to write, or the problems of the profile come first. */
  readonly text?: string;
  /** Why there is no text, in the program's words or the page's. */
  readonly lacks?: string;
  readonly hint?: string;
}

/** What the inputs come to. */
export interface Made {
  readonly problems: readonly PlacedProblem[];
  readonly outputs: readonly Output[];
  /** What each secret is for, once; whoever wants to see them in the texts gives them by these. */
  readonly secrets: readonly string[];
  /**
   * What the page's address may say of the data, as `fragmentOf` has it; absent where nobody can tell
   * whether there is a secret in them.
   */
  readonly fragment?: string;
}

/** Relative paths in the profile start from where an installed one is kept. */
export const folder = path("/etc/knetctl");

const head = ["knetctl apply makes a host like this: see knetctl plan first."];

/**
 * All texts for a profile's data, by the code that knetctl itself runs. `secrets`: by what they are for;
 * what is not in it stays a placeholder.
 */
export async function outputsOf(data: DataMap, secrets: ReadonlyMap<string, string>): Promise<Made> {
  const text = await profileText(data);
  const asProfile = { id: "profile", title: "Profile", file: "profile.yaml", text };
  const reading = await readProfile(new TextEncoder().encode(text), "profile.yaml").catch(unread);
  if (!("document" in reading)) {
    const problems = reading.problems.flatMap(problemsIn).map((problem) => ({ ...problem, path: [] }));
    return { problems, outputs: [asProfile, ...withoutTexts()], secrets: [] };
  }
  const { document } = reading;
  const findings = profileFindings(document);
  const problems = placedProblems(findings, document);
  const literals = placesOf(
    findings.filter(({ code }) => code === "profile-pin-literal"),
    document,
  );
  // what no field is for may be anything
  const fragment = fragmentOf(data, [...literals, ...withoutField(data, profileSchema)]);
  if (findings.some(isError))
    return { problems, outputs: [asProfile, ...withoutTexts()], secrets: [], fragment };
  const profile = buildProfile(document.root, document.source.name, folder);
  const given = givenSecrets(profile, secrets);
  const all = [...others, ...consumersOf(profile)];
  const made = await Promise.all(all.map((other) => madeOf(other, profile, given)));
  return { problems, outputs: [asProfile, ...made], secrets: [...namesOf(profile).keys()], fragment };
}

/** A text that is too large. */
function unread(error: unknown): { readonly problems: readonly unknown[] } {
  if (problemsIn(error).length === 0) throw error;
  return { problems: [error] };
}

/** The profile alone, whatever is wrong with it; its parts in the order of the documentation. */
async function profileText(data: DataMap): Promise<string> {
  const known = keysOf(profileSchema).map(({ name }) => name);
  const placeOf = (key: string): number => (known.includes(key) ? known.indexOf(key) : known.length);
  const parts = [...data].sort(([one], [other]) => placeOf(one) - placeOf(other));
  return writtenProfile(new Map(parts), { head, stores: new Map() });
}

type Given = ReadonlyMap<PinSource, Secret>;

interface Other extends Pick<Output, "id" | "title" | "file"> {
  readonly text: (profile: Profile, secrets: Given) => Promise<string | undefined>;
  readonly lacks: string;
}

const settingsFiles: Readonly<Record<SettingsForm, readonly [title: string, file: string]>> = {
  ini: ["Amplia, ini", "appsettings.conf"],
  json: ["Amplia, JSON", "appsettings.json"],
  env: ["Amplia, Docker", "amplia.env"],
  systemd: ["Amplia, systemd", "amplia-environment"],
};

const others: readonly Other[] = [
  {
    id: "config",
    title: "config.json",
    file: "config.json",
    lacks: "no users yet, and so no config.json",
    text: async (profile) =>
      profile.users.size === 0 ? undefined : renderClientConfig(wantedClientConfig(profile)),
  },
  ...settingsForms.map((form): Other => {
    const [title, file] = settingsFiles[form];
    return {
      id: form,
      title,
      file,
      lacks: "no key stores yet",
      text: async (profile, secrets) =>
        (profile.keyStores?.size ?? 0) === 0 ? undefined : renderKeyStores(profile, form, secrets),
    };
  }),
  {
    id: "script",
    title: "Script",
    file: "set-up-knet.sh",
    lacks: "nothing to set up yet",
    text: procedure,
  },
];

/** A file for each application of the profile, or what is to be put into one. */
function consumersOf({ consumers }: Profile): readonly Other[] {
  return [...(consumers?.values() ?? [])].map((one, at) => ({
    id: `consumer-${at + 1}`,
    title: `${one.name} (${one.type})`,
    file: one.file === undefined ? `${one.type}.txt` : nameOf(path(one.file)),
    lacks: "",
    text: (_profile, secrets) =>
      Promise.resolve(consumerText(one, one.pin === undefined ? undefined : secrets.get(one.pin)?.reveal())),
  }));
}

async function madeOf({ text, lacks, ...output }: Other, profile: Profile, secrets: Given): Promise<Output> {
  try {
    const made = await text(profile, secrets);
    return made === undefined ? { ...output, lacks } : { ...output, text: made };
  } catch (error) {
    const [problem] = problemsIn(error);
    if (problem === undefined) throw error;
    const { hint } = problem;
    return {
      ...output,
      lacks: titleWithDetail(problem),
      ...(hint !== undefined && { hint }),
    };
  }
}

/** What the program would show of something thrown; nothing if it is not a problem of the user's. */
export function problemsIn(error: unknown): readonly ProblemJson[] {
  if (error instanceof Problem) return [error.toJSON()];
  const { list } = fieldsOf(error);
  return Array.isArray(list) ? list.flatMap(problemsIn) : [];
}

function withoutTexts(): readonly Output[] {
  return others.map(({ id, title, file }) => ({
    id,
    title,
    file,
    lacks: "it is written as soon as the problems of the form are solved",
  }));
}

/** A secret that serves several uses is asked for once, by the first of them. */
function namesOf(profile: Profile): ReadonlyMap<string, PinSource> {
  const names = new Map<string, PinSource>();
  const seen = new Set<PinSource>();
  for (const { of, source } of secretUses(profile)) {
    if (!seen.has(source)) names.set(of, source);
    seen.add(source);
  }
  return names;
}

function givenSecrets(profile: Profile, secrets: ReadonlyMap<string, string>): Given {
  return new Map(
    [...namesOf(profile)].flatMap(([name, source]) => {
      const text = secrets.get(name);
      return text === undefined || text === "" ? [] : [[source, new Secret(text)] as const];
    }),
  );
}
