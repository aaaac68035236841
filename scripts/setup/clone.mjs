import { join } from "node:path";

/** The clone's own folder. */
export const clone = join(import.meta.dirname, "../..");

/** A path inside the clone. */
export const inClone = (...parts) => join(clone, ...parts);
