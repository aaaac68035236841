import type { Endpoint } from "../../../profile/types.js";
import { endpointArgument } from "../../ha/endpoint-argument.js";
import { settingsTarget } from "../describe-host.js";
import type { DescribedHost, DescribedStore, DescribedUser } from "../../../description/profile-text.js";
import { chosenConsumers, consumerContent, type ConsumersOwner } from "./chosen-consumers.js";
import type { Answers } from "./question.js";
import { archivePath } from "./questions/archive.js";
import { endpointId, fingerprintId } from "./questions/connection.js";
import { storeId } from "./questions/key-stores.js";
import { serviceUnit, serviceUser } from "./questions/service.js";
import { pinFileOf, sourceId, userId } from "./questions/users.js";
import type { Scene } from "./scene.js";

/** The profile that the answers make, in the terms of a description. Holds no secret. */
export function describedBy(answers: Answers, scene: Scene): DescribedHost {
  const taken = takenHost(answers, scene);
  const owner = consumersOwner(answers, scene);
  const { users } = owner;
  const version = answers.get("amplia-version") ?? "";
  const usualStore = answers.get("default-store") ?? "";
  const module = moduleOf(answers, scene);
  return {
    ...(taken ?? {
      comments: [],
      connections: new Map([[answers.get("connection") ?? "", endpointsOf(answers, scene)]]),
      service: serviceOf(answers),
      stores: storesOf(answers, users),
      ...(usualStore !== "" && { defaultKeyStore: usualStore }),
      ...(version !== "" && { ampliaVersion: version }),
    }),
    ...(module.size > 0 && { module }),
    consumers: new Map([
      ...(taken?.consumers ?? []),
      ...chosenConsumers(answers).map((one) => [one.name, consumerContent(one, answers, owner)] as const),
    ]),
    users: new Map(
      users.map((name): [string, DescribedUser] => [
        name,
        {
          connection: taken?.users.get(name)?.connection ?? answers.get("connection") ?? "",
          pin: pinSourceOf(answers.get(sourceId(name)) ?? "", name, scene),
        },
      ]),
    ),
  };
}

/** What the host has, if it is taken over. */
export function takenHost(answers: Answers, { found }: Scene): DescribedHost | undefined {
  return answers.get("take-over") === "yes" ? found.described : undefined;
}

/** The users and the account that consumers are of. */
export function consumersOwner(answers: Answers, scene: Scene): ConsumersOwner {
  const taken = takenHost(answers, scene);
  return {
    users: taken === undefined ? usersOf(answers) : [...taken.users.keys()],
    serviceUser: String(taken?.service.get("user") ?? serviceUser(answers) ?? ""),
  };
}

/** The users that were named. */
function usersOf(answers: Answers): readonly string[] {
  return numbered(answers, userId);
}

function numbered(answers: Answers, id: (number: number) => string): readonly string[] {
  const found: string[] = [];
  for (let number = 1; (answers.get(id(number)) ?? "") !== ""; number++)
    found.push(answers.get(id(number)) ?? "");
  return found;
}

function moduleOf(answers: Answers, { hashes }: Scene): ReadonlyMap<string, string> {
  const archive = archivePath(answers);
  const hash = hashes.get(archive);
  if (archive === "") return new Map();
  return new Map([
    ["archive", archive],
    ...(answers.get("archive-hash") === "yes" && hash !== undefined ? [["sha256", hash] as const] : []),
  ]);
}

function endpointsOf(answers: Answers, { probed }: Scene): readonly Endpoint[] {
  return numbered(answers, endpointId).flatMap((text, index) => {
    const endpoint = endpointArgument(text);
    if (endpoint === undefined) return [];
    const isPinned = answers.get(fingerprintId(index + 1)) === "yes";
    const fingerprint = isPinned ? probed.get(text)?.report.certificate?.fingerprint : undefined;
    return [{ ...endpoint, ...(fingerprint !== undefined && { fingerprint }) }];
  });
}

function pinSourceOf(source: string, name: string, scene: Scene): DescribedUser["pin"] {
  if (source === "type") return { file: pinFileOf(scene, name) };
  if (source === "encrypt") return { credential: credentialName(name) };
  const [, from = "", value = ""] = /^([a-z]+)(?::(.*))?$/s.exec(source) ?? [];
  if (from === "prompt") return { prompt: true };
  return { [from]: from === "fd" ? Number(value) : value };
}

/** A name that systemd takes for a credential: as the PIN file's, without its ending. */
export function credentialName(user: string): string {
  return user.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
}

function serviceOf(answers: Answers): DescribedHost["service"] {
  const user = serviceUser(answers) ?? "";
  const texts: readonly (readonly [string, string])[] = [
    ["user", user],
    ["unit", serviceUnit(answers) ?? ""],
    ["health", answers.get("health") ?? ""],
  ];
  return new Map<string, string | boolean>([
    ...texts.filter(([, value]) => value !== ""),
    ...(answers.get("create") === "yes" ? [["create", true] as const] : []),
  ]);
}

function storesOf(answers: Answers, users: readonly string[]): readonly DescribedStore[] {
  const target = settingsTarget(answers.get("settings") ?? "");
  if (target === undefined) return [];
  return users.flatMap((user) => {
    const name = answers.get(storeId(user)) ?? "";
    if (name === "") return [];
    const keys = new Map([
      ["type", "Pkcs11"],
      ["user", user],
    ]);
    return [{ name, target, keys, comments: [] }];
  });
}
