import { Problem } from "../../problem/problem.js";
import { refusalOf } from "../sandbox/sandbox-problem.js";

const inPlace = "add --in-place (in the profile: module.in_place: true) to work on the root itself";
const machine = "run on the machine itself, or in a container with CAP_SYS_ADMIN (docker run --privileged)";
const elsewhere = `${machine}; or ${inPlace}`;

/** What the set-up script said before it gave up, as a problem a person can act on. */
export function stageProblem(transcript: string): Problem {
  const { why, at, detail } = refusalOf(transcript);
  const where = at === undefined ? "" : ` (${at})`;
  switch (why) {
    case "namespaces":
      return new Problem("stage-refused", "the kernel does not let this process make namespaces", {
        detail,
        hint: elsewhere,
      });
    case "no-overlay":
      return new Problem("stage-no-overlay", "this kernel has no overlay file system", {
        detail,
        hint: `load it with \`modprobe overlay\`; or ${inPlace}`,
      });
    case "mounts":
      return new Problem("stage-refused", `the kernel refuses the stage's mounts${where}`, {
        detail,
        hint: elsewhere,
      });
    case "other":
      return new Problem("stage-failed", `the stage could not be set up${where}`, {
        detail,
        hint: `nothing was changed: fix what its programs complain about; or, with knetctl apply, ${inPlace}`,
      });
  }
}

export function stageNeedsRoot(): Problem {
  return new Problem("stage-needs-root", "a stage needs root", { hint: "run the command again with sudo" });
}

export function stageToolsMissing(tools: readonly string[]): Problem {
  return new Problem(
    "stage-tools-missing",
    `a stage needs programs that are missing here: ${tools.join(", ")}`,
    {
      hint:
        "install the packages util-linux and coreutils (on Debian and Ubuntu also mount, on Fedora " +
        `util-linux-core); or ${inPlace}`,
    },
  );
}
