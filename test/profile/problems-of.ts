import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { parseProfile, type ParsedProfile } from "../../src/profile/parse-profile.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";

/** A text all the way to a profile or its problems, without a file. */
export async function parsed(text: string | Uint8Array, name = "p.yaml"): Promise<ParsedProfile> {
  try {
    const reading = await readProfile(Buffer.from(text), name);
    return "document" in reading ? parseProfile(reading.document, path("/etc/knetctl")) : reading;
  } catch (error) {
    if (error instanceof Problem) return { problems: [error] };
    throw error;
  }
}

/** Each problem as `code line:column`, warnings with a `?`. */
export function places({ problems }: ParsedProfile): readonly string[] {
  return problems.map(
    ({ code, severity, where }) =>
      `${severity === "warning" ? "?" : ""}${code} ${where?.line ?? "-"}:${where?.column ?? "-"}`,
  );
}

/** Everything a user could get to see of the problems. */
export function shownText({ problems }: ParsedProfile): string {
  return (
    JSON.stringify(problems) + problems.map(({ stack, cause }) => `${stack ?? ""}${String(cause)}`).join("")
  );
}
