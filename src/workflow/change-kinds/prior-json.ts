import type { Rights } from "../../host/host.js";

/** Fields of a JSON object; undefined for anything else. For reading prior states back from a journal. */
export function fieldsOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(json) ? json : undefined;
}

/** Owner and mode out of a JSON object's fields `mode`, `uid` and `gid`. */
export function rightsOf(json: unknown): Rights | undefined {
  const { mode, uid, gid } = fieldsOf(json) ?? {};
  return isId(uid) && isId(gid) && isId(mode) && mode <= 0o7777 ? { mode, uid, gid } : undefined;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isId(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0;
}
