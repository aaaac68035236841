import { secretUses } from "../../profile/secret-uses.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile, User } from "../../profile/types.js";
import { clientConfigFolders, clientModule } from "../../vendor/client.js";
import { type Ids, usualIds } from "../command-line/image-options.js";
import { labelOf, namedSecrets, type NamedSecret } from "./named-secrets.js";

/** What every engine that runs containers is told, in words that need no quotes unless they are said to. */
export interface Containers {
  /** A label of DNS, made of the service's user. */
  readonly name: string;
  readonly image: string;
  /** The stage of the Containerfile that has knetctl. */
  readonly proofImage: string;
  readonly ids: Ids;
  /** Text of the profile. */
  readonly home: string;
  /** The folder of config.json. Text of the profile. */
  readonly configFolder: string;
  /** Of the application's processes. Text of the profile. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly proofs: readonly Proof[];
  readonly secrets: readonly NamedSecret[];
  /** Whether the application gets its PINs with its settings, and no files of them. */
  readonly hasSettings: boolean;
  readonly health: string | null;
}

/** One login: the smoke test of a user's token. */
export interface Proof {
  readonly label: string;
  /** The file's name below the folder of secrets. */
  readonly secret: string;
  /** Text of the profile is in it. */
  readonly command: readonly string[];
}

export interface ContainerOptions {
  readonly image?: string | undefined;
  readonly ids?: Ids | undefined;
}

/** `secrets`: the folder in which the container finds the PINs. */
export function containersOf(profile: Profile, options: ContainerOptions, folder: string): Containers {
  const { users, service, keyStores } = profile;
  const named = namedSecrets(secretUses({ users }));
  const name = labelOf(service.user);
  const home = serviceHome(service, undefined);
  const image = options.image ?? `localhost/${name}:1`;
  const proofs = [...users.values()].flatMap((user) => {
    const secret = named.find(({ source }) => source === user.pin);
    if (secret === undefined) return [];
    const command = smokeCommand(profile, user, `${folder}/${secret.name}`);
    return [{ label: secret.label, secret: secret.name, command }];
  });
  return {
    name,
    image,
    proofImage: `${image}-proof`,
    ids: options.ids ?? usualIds,
    home,
    configFolder: [home, ...clientConfigFolders].join("/"),
    environment: [...(service.environment ?? [])].map(([variable, value]) => ({ name: variable, value })),
    proofs,
    secrets: named,
    hasSettings: (keyStores?.size ?? 0) > 0,
    health: service.health ?? null,
  };
}

/** As the profile's `proof` wants it; each value is in one word with its option, whatever it begins with. */
function smokeCommand({ proof, service }: Profile, { name }: User, pinFile: string): readonly string[] {
  const environment = [...(service.environment ?? [])].map(
    ([variable, value]) => `--env=${variable}=${value}`,
  );
  const words = [
    "knetctl",
    "smoke",
    `--module=${clientModule}`,
    `--token-label=${name}`,
    `--pin-file=${pinFile}`,
  ];
  if (proof === undefined) return [...words, "--at-least=signed", ...environment];
  return [
    ...words,
    `--at-least=${proof.atLeast}`,
    `--existing-keys=${proof.existingKeys}`,
    `--token-objects=${proof.tokenObjects}`,
    ...(proof.keysElsewhere ? [] : proof.keys.map((key) => `--key=${key}`)),
    ...environment,
  ];
}
