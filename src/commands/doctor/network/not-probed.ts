import type { Around } from "../around.js";

/** Why no endpoint is to be looked at; undefined if there are some that are. */
export async function notProbed({ probes, isImage, connections }: Around): Promise<string | undefined> {
  if (!probes) return "--no-probe";
  if (isImage) return "the image does not run on this machine";
  const found = await connections();
  if (found === undefined) return "no endpoints are known: no valid profile, and no config.json";
  return undefined;
}
