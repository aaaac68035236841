import { lookAtPinFile } from "../../../host/pin/pin-file.js";
import { needsPermission, Problem } from "../../../problem/problem.js";
import { secretUses } from "../../../profile/secret-uses.js";
import { counted } from "../../../formats/text/counted.js";
import type { Check } from "../check.js";

/** Their rights, those of the folders above them, and whether they are empty. They are not read. */
export const pinFiles: Check = {
  id: "pin-files",
  title: "PIN files are there and not empty, and nobody else can read them",
  look: async ({ profile, context: { isRoot } }) => {
    if (profile === undefined) return { skipped: "no valid profile was given" };
    const uses = secretUses(profile);
    const files = [...new Set(uses.flatMap(({ source }) => (source.from === "file" ? [source.path] : [])))];
    if (files.length === 0) return { skipped: "the profile names no PIN file" };
    const looks = await Promise.all(files.map(look));
    const hidden = isRoot ? [] : looks.flat().filter(needsPermission);
    const problems = looks.flat().filter((problem) => !hidden.includes(problem));
    if (hidden.length === files.length) return { skipped: `needs root: ${files.join(", ")}` };
    const unseen = hidden.length === 0 ? "" : `; ${hidden.length} that this user may not look at`;
    const bad = looks.filter((found) => found.some((problem) => !hidden.includes(problem))).length;
    const count = counted(files.length, "file");
    const text =
      bad === 0 ? count : `${bad} of ${count} ${bad === 1 ? "is not as it" : "are not as they"} should be`;
    return { text: `${text}${unseen}`, problems };
  },
};

async function look(file: string): Promise<readonly Problem[]> {
  try {
    return await lookAtPinFile(file);
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}
