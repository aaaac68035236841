import { hashArchive, unpinnedWarning, untrustedArchive } from "../../../host/archive/copy-archive.js";
import { checksumProblem } from "../../../host/archive/open-archive.js";
import { callers } from "../../../host/given-file.js";
import type { Check } from "../check.js";

export const archive: Check = {
  id: "archive",
  title: "the vendor's archive can be read, and is the pinned one",
  look: async ({ profile, context: { environment, signal } }) => {
    const module = profile?.module;
    if (module === undefined) return { skipped: "no profile that names an archive" };
    const trusted = callers(environment);
    const { sha256, doubt } = await hashArchive(module.archive, trusted, signal);
    if (module.sha256 === sha256) return { text: `${module.archive} is the pinned one` };
    if (module.sha256 !== undefined)
      return {
        text: "it is not the pinned one",
        problems: [checksumProblem(module.archive, module.sha256, sha256)],
      };
    return {
      text: `${module.archive} is not pinned`,
      problems: [
        doubt === undefined
          ? unpinnedWarning(module.archive, sha256)
          : untrustedArchive(module.archive, sha256, doubt),
      ],
    };
  },
};
