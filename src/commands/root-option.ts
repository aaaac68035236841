/** `--root`, for every command that takes it. */
export const rootOption = {
  type: "string",
  requiresArg: true,
  coerce: folderOfRoot,
  describe: "a folder that holds the root of an image or container, instead of /",
} as const;

/** An empty name, as of a variable that is not set, must not mean the working folder. */
function folderOfRoot(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new Error("--root takes the name of one folder");
}
