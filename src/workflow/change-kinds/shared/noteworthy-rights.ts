import { aclText } from "../../../formats/acl-text.js";
import { capabilityText } from "../../../formats/capability-text.js";
import { modeText } from "../../../formats/text/mode-text.js";
import type { Attributes, Mode } from "../../../host/host.js";
import { setGroupId, setUserId } from "../../../host/mode-bits.js";
import type { Ownership } from "./named-accounts.js";

/** Mode and owner of what is made. */
export function rightsText({ mode, owner, group }: Ownership & { readonly mode: Mode }): string {
  return `${modeWords(mode)} ${owner}:${group}`;
}

/** The mode, with a word for what lets a program run with its owner's or group's rights. */
export function modeWords(mode: Mode): string {
  const setUid = (mode & setUserId) === 0 ? "" : " setuid";
  const setGid = (mode & setGroupId) === 0 ? "" : " setgid";
  return `${modeText(mode)}${setUid}${setGid}`;
}

/** What the attributes of a file or folder mean to who may do what, a line each. */
export function attributeLines(attributes: Attributes = {}): readonly string[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (name === "security.capability")
      return `capabilities: ${capabilityText(Buffer.from(value, "base64"))}`;
    const list = lists.get(name);
    if (list === undefined) return `extended attribute: ${name}`;
    return `${list}: ${aclText(Buffer.from(value, "base64")) ?? "unreadable"}`;
  });
}

const lists: ReadonlyMap<string, string> = new Map([
  ["system.posix_acl_access", "access control list"],
  ["system.posix_acl_default", "access control list for what is made in it"],
]);
