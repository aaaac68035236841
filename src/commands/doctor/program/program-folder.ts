import { closeSync, openSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { callers, doubtAbout } from "../../../host/given-file.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** Which program this is, and what runs it. */
export const started: Check = {
  id: "program",
  title: "which knetctl this is, and where",
  look: ({ context: { version, self } }) => ({
    text: `knetctl ${version}, ${realpathSync(self.script)}`,
  }),
};

/**
 * What root runs, nobody else may change: the program's files, node, and all folders above them. Of several
 * files that others can change the first one is told.
 */
export const programFolder: Check = {
  id: "program-folder",
  title: "nobody but root, or this user, can change the program",
  look: async ({ context: { isRoot, environment, programFolder: folder, self } }) => {
    const trusted = callers(environment);
    const files = [...readdirSync(folder).map((name) => join(folder, name)), self.node];
    for (const file of files) {
      const doubt = await doubtAboutFile(file, trusted);
      if (doubt === undefined) continue;
      const problem = new Problem("doctor-program-writable", "others can change the program that you run", {
        severity: isRoot ? "error" : "warning",
        where: { path: file },
        detail: doubt.detail,
        hint: "install knetctl again in a folder of root's; until then, root should not run it",
      });
      return { text: doubt.detail, problems: [problem] };
    }
    return { text: `${folder} and ${self.node} are safe from others` };
  },
};

async function doubtAboutFile(file: string, trusted: ReturnType<typeof callers>) {
  const descriptor = openSync(file, "r");
  try {
    return await doubtAbout(descriptor, trusted);
  } finally {
    closeSync(descriptor);
  }
}
