/** An empty name, as of a variable that is not set, must not mean the working folder. */
export function folder(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new Error("--root takes the name of one folder");
}
