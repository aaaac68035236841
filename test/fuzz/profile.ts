import fc from "fast-check";
import type { Problem } from "../../src/problem/problem.js";
import type { KeyStore, PinSource, Profile } from "../../src/profile/types.js";
import {
  renderClientConfig,
  wantedClientConfig,
} from "../../src/vendor/client-config/render-client-config.js";
import { parsed } from "../profile/problems-of.js";
import { expectPlaceIn, expectPresentable, expectSame } from "./expect-problems.js";
import { mutated, mutations } from "./mutation.js";
import { markedPin, nearProfiles, validProfiles, yamlTexts, yamlTokens } from "./profile-texts.js";
import { inTime, type FuzzTarget } from "./target.js";

interface JsonCase {
  readonly layer: "near" | "valid";
  readonly json: string;
}

type Case = JsonCase | { readonly layer: "bytes" | "mutated"; readonly bytes: Buffer; readonly name: string };

const names = fc.constantFrom("p.yaml", "p.json", "-");
const rawBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom(...yamlTokens, "a", "b", ": ", "\n", "\n  ", ","), { maxLength: 40 })
    .map((tokens) => Buffer.from(tokens.join(""))),
);
const mutatedTexts = fc
  .tuple(fc.oneof(yamlTexts, validProfiles, nearProfiles), mutations(yamlTokens))
  .map(([text, changes]) => mutated(Buffer.from(text), changes));

const cases: fc.Arbitrary<Case> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ layer: fc.constant("bytes" as const), bytes: rawBytes, name: names }) },
  {
    weight: 4,
    arbitrary: fc.record({ layer: fc.constant("mutated" as const), bytes: mutatedTexts, name: names }),
  },
  { weight: 3, arbitrary: fc.record({ layer: fc.constant("near" as const), json: nearProfiles }) },
  { weight: 2, arbitrary: fc.record({ layer: fc.constant("valid" as const), json: validProfiles }) },
);

/**
 * Profiles: bytes of any kind, texts that were valid, trees near the schema with wrong types and hostile
 * names, and valid ones.
 */
export const profileTarget: FuzzTarget = {
  name: "profile",
  shortRuns: 500,
  property: () =>
    fc.asyncProperty(cases, async (one) => {
      await inTime<unknown>(() => ("json" in one ? holdsInBothForms(one) : holdsFor(one.bytes, one.name)));
    }),
};

/**
 * JSON is YAML too: read as either, one text is the same profile, or has the same mistakes in the same
 * places.
 */
async function holdsInBothForms({ json, layer }: JsonCase): Promise<void> {
  const bytes = Buffer.from(json);
  const asJson = await holdsFor(bytes, "p.json");
  const asYaml = await holdsFor(bytes, "p.yaml");
  expectSame(places(asYaml.problems), places(asJson.problems), "problems as YAML against those as JSON");
  expectSame(plain(asYaml.profile), plain(asJson.profile), "profile as YAML against that as JSON");
  if (layer !== "valid") return;
  if (asJson.profile === undefined)
    throw new Error(`a valid profile is refused: ${JSON.stringify(asJson.problems)}`);
  expectSame(asWritten(asJson.profile), JSON.parse(json), "the profile against what was written");
}

/**
 * A profile, or errors that may be shown; a profile renders to a config.json that was checked, and twice to
 * the same.
 */
async function holdsFor(
  bytes: Buffer,
  name: string,
): Promise<{ profile: Profile | undefined; problems: readonly Problem[] }> {
  const { profile, problems } = await parsed(bytes, name);
  const text = bytes.toString("utf8");
  expectPresentable(problems);
  for (const problem of problems) {
    if (problem.where?.path !== name) throw new Error(`${problem.code} is not said of the profile`);
    expectPlaceIn(text, problem);
  }
  if ((profile === undefined) !== problems.some(({ severity }) => severity === "error"))
    throw new Error("neither a profile nor an error, or both");
  expectNoPin(text, problems);
  if (profile !== undefined) {
    const rendered = await renderClientConfig(wantedClientConfig(profile));
    JSON.parse(rendered);
    expectSame(await renderClientConfig(wantedClientConfig(profile)), rendered, "rendered a second time");
  }
  return { profile, problems };
}

/** The marked PIN is quoted nowhere, where it stands right behind a key for PINs each time. */
function expectNoPin(text: string, problems: readonly Problem[]): void {
  const behindKey = new RegExp(
    `(?<=(^|[\\s,{])["']?(pin|app_key|(root_|vco_)?password)["']?:[ ]?["']?)${markedPin}`,
    "g",
  );
  if (text.replace(behindKey, "").includes(markedPin)) return;
  if (JSON.stringify(problems).includes(markedPin))
    throw new Error(`a PIN is quoted: ${JSON.stringify(problems)}`);
}

function places(problems: readonly Problem[]): readonly unknown[] {
  return problems.map(({ code, where }) => [code, where?.line, where?.column]);
}

function plain(profile: Profile | undefined): unknown {
  return (
    profile && {
      ...profile,
      source: "",
      connections: [...profile.connections],
      users: [...profile.users],
      keyStores: profile.keyStores && [...profile.keyStores],
    }
  );
}

/** The profile again in the form that `validProfiles` writes. */
function asWritten({ connections, users, logVerbosity, service, keyStores }: Profile): unknown {
  const entries = <T, U>(map: ReadonlyMap<string, T>, form: (value: T) => U) =>
    Object.fromEntries([...map].map(([name, value]) => [name, form(value)]));
  return {
    connections: entries(connections, ({ endpoints }) => ({ endpoints })),
    users: entries(users, ({ connection, pin }) => ({ connection, pin: sourceAsWritten(pin) })),
    ...(logVerbosity && { log_verbosity: logVerbosity }),
    service: { user: service.user, group: service.group },
    ...(keyStores && { key_stores: entries(keyStores, storeAsWritten) }),
  };
}

function storeAsWritten({ settings: { Type: type, ...said } }: KeyStore): unknown {
  switch (type) {
    case "Pkcs11":
      return { type, module: said["Module"], pin: sourceAsWritten(said["Pin"]) };
    case "Kryptus":
      return {
        type,
        host: said["Host"],
        port: Number(said["Port"]),
        root_username: said["RootUsername"],
        root_password: sourceAsWritten(said["RootPassword"]),
      };
    case "AzureKeyVault":
      return {
        type,
        endpoint: said["Endpoint"],
        app_id: said["AppId"],
        app_key: sourceAsWritten(said["AppKey"]),
        use_hsm: said["UseHsm"] === "True",
      };
    case "Dinamo":
      return {
        type,
        address: said["Address"],
        user: said["User"],
        password: sourceAsWritten(said["Password"]),
      };
    case undefined:
    default:
      throw new Error(`a key store of type ${JSON.stringify(type)}`);
  }
}

function sourceAsWritten(source: string | PinSource | undefined): unknown {
  if (typeof source === "string") throw new Error("a secret is not a source");
  if (source?.from === "file") return { file: source.path };
  return source?.from === "credential" ? { credential: source.name } : { prompt: true };
}
