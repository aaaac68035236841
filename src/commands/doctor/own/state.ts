import { modeText } from "../../../formats/text/mode-text.js";
import { shellWord } from "../../../formats/text/shell-word.js";
import { article } from "../../../host/files/trust.js";
import { stateFolder } from "../../../host/path.js";
import { othersBits } from "../../../host/mode-bits.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** The folder is looked at from outside, which any user may; what is in it is root's. */
export const state: Check = {
  id: "state-folder",
  title: "knetctl's records are root's alone",
  look: ({ host }) => {
    const entry = host.files().entry(stateFolder);
    if (entry === undefined) return { text: "nothing yet: the first apply makes it" };
    const rights = `${host.accounts.userName(entry.uid)}, mode ${modeText(entry.mode)}`;
    if (entry.kind === "folder" && entry.uid === 0 && (entry.mode & othersBits) === 0)
      return { text: `${stateFolder} is root's alone` };
    const folder = shellWord(host.root === "/" ? stateFolder : `${host.root}${stateFolder}`);
    const problem = new Problem("doctor-state-open", "knetctl's records are not root's alone", {
      where: { path: stateFolder },
      detail: `${article[entry.kind]}, ${rights}; it holds copies of what runs replaced, secrets among them`,
      hint: `find out who opened it, then: chown root:root ${folder} && chmod 0700 ${folder}`,
    });
    return { text: rights, problems: [problem] };
  },
};
