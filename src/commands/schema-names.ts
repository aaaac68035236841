import type { schemaTexts } from "../generated/schemas.js";

export type SchemaName = keyof typeof schemaTexts;

/** Schemas that `knetctl schema` prints. */
export const schemaNames = [
  "profile",
  "client-config",
  "journal",
  "report",
] as const satisfies readonly SchemaName[];
