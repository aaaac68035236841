import type { Consumer } from "../../consumers/consumer.js";
import { consumerOf } from "../../consumers/consumers.js";
import { asAbsolutePath, joined, path, type AbsolutePath } from "../../host/path.js";
import { clientModule, usualClientPath } from "../../vendor/client.js";
import { entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";
import type { ProfileConsumer, User } from "../types.js";

/** Where PIN files are made for consumers: root's folder, which everybody may pass. */
export const pinFolder = path("/etc/knet-pins");

/** The file with a consumer's PIN, unless the profile names another. */
export function usualPinFile(serviceUser: string, name: string): AbsolutePath {
  return joined(pinFolder, `${serviceUser}.${name}.pin`);
}

/** What a profile need not say of a consumer, by its keys there; a file that it does not have is left out. */
export function usualPlaces(
  { modulePath, pin, place }: Pick<Consumer, "modulePath" | "pin" | "place">,
  name: string,
  serviceUser: string,
): { readonly module: string; readonly file?: string; readonly pin_file?: string } {
  return {
    module: modulePath ? usualClientPath : clientModule,
    ...(place.kind !== "paste" && { file: place.file(name) }),
    ...(pin === "file" && { pin_file: usualPinFile(serviceUser, name) }),
  };
}

/** The consumer in an entry that has passed all checks; undefined for one that has not. */
export function buildConsumer(
  { key: name, value }: Entry,
  users: ReadonlyMap<string, User>,
  serviceUser: string,
): ProfileConsumer | undefined {
  const type = textIn(value, "type") ?? "";
  const consumer = consumerOf(type);
  const user = users.get(textIn(value, "user") ?? [...users.keys()][0] ?? "");
  if (consumer === undefined || user === undefined) return undefined;
  const usual = usualPlaces(consumer, name, serviceUser);
  const pathAt = (key: "file" | "pin_file"): AbsolutePath | undefined =>
    usual[key] === undefined ? undefined : asAbsolutePath(textIn(value, key) ?? usual[key]);
  const [file, pinFile] = [pathAt("file"), pathAt("pin_file")];
  return {
    name,
    type,
    service: serviceUser,
    token: user.name,
    tokenIndex: [...users.keys()].indexOf(user.name),
    module: textIn(value, "module") ?? usual.module,
    ...(file !== undefined && { file }),
    ...(pinFile !== undefined && { pinFile }),
    ...(consumer.pin !== "none" && user.pin && { pin: user.pin }),
    keys: keysIn(value, Object.keys(consumer.keys)),
  };
}

function keysIn(value: TreeNode, names: readonly string[]): Readonly<Record<string, string | boolean>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const node = entryOf(value, name)?.value;
      return node?.kind === "scalar" && (typeof node.value === "string" || typeof node.value === "boolean")
        ? [[name, node.value] as const]
        : [];
    }),
  );
}

function textIn(value: TreeNode, key: string): string | undefined {
  return textOf(entryOf(value, key)?.value);
}
