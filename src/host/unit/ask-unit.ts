import type { Host } from "../host.js";
import type { LoadedUnit } from "./loaded-unit.js";

/**
 * Loads a unit when it is asked for, and only once. Undefined without a unit, and where nothing can be said
 * of it (`loadedUnit`).
 */
export function askUnit(host: Host, unit: string | undefined): () => Promise<LoadedUnit | undefined> {
  let asked: Promise<LoadedUnit | undefined> | undefined;
  return () =>
    (asked ??=
      unit === undefined
        ? Promise.resolve(undefined)
        : import("./loaded-unit.js").then(({ loadedUnit }) => loadedUnit(host, unit)));
}
