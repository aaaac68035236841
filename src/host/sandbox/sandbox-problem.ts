import { Problem } from "../../problem/problem.js";

/** Why a set-up script gave up. */
export interface Refusal {
  readonly why: "namespaces" | "no-overlay" | "mounts" | "other";
  /** The part of the set-up that it had reached; undefined when it did not begin. */
  readonly at: string | undefined;
  /** What its programs said. */
  readonly detail: string;
}

/** Reads what a set-up script said: the names of its parts (`stage NAME`), and complaints. Pure. */
export function refusalOf(transcript: string): Refusal {
  const lines = transcript
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const at = lines.findLast((line) => line.startsWith("stage "))?.slice("stage ".length);
  const detail = lines.filter((line) => !/^(stage|layer) /.test(line)).join("\n") || "no message";
  if (at === undefined) return { why: "namespaces", at, detail };
  if (at === "overlay" && /unknown filesystem type|no such device/i.test(detail))
    return { why: "no-overlay", at, detail };
  return { why: /permission denied|not permitted/i.test(detail) ? "mounts" : "other", at, detail };
}

/** What the set-up script said before it gave up, as a problem a person can act on. */
export function sandboxProblem(transcript: string): Problem {
  const { why, at, detail } = refusalOf(transcript);
  const elsewhere =
    "run on the machine itself, or in a container with CAP_SYS_ADMIN (docker run --privileged)";
  switch (why) {
    case "namespaces":
      return new Problem("host-sandbox-refused", "the kernel does not let this process make namespaces", {
        detail,
        hint: elsewhere,
      });
    case "no-overlay":
      return new Problem("host-sandbox-no-overlay", "this kernel has no overlay file system", {
        detail,
        hint: "load it with `modprobe overlay`, or run on a kernel built with CONFIG_OVERLAY_FS",
      });
    case "mounts":
      return new Problem("host-sandbox-refused", `the kernel refuses the sandbox's mounts (${at ?? ""})`, {
        detail,
        hint: elsewhere,
      });
    case "other":
      return new Problem("host-sandbox-failed", `the sandbox could not be set up (${at ?? ""})`, { detail });
  }
}

export function sandboxNeedsRoot(): Problem {
  return new Problem("host-sandbox-needs-root", "a sandbox needs root", {
    hint: "run the command again with sudo",
  });
}

export function sandboxToolsMissing(tools: readonly string[]): Problem {
  return new Problem(
    "host-sandbox-tools-missing",
    `a sandbox needs programs that are missing here: ${tools.join(", ")}`,
    {
      hint: "install the packages util-linux and coreutils, on Debian and Ubuntu also mount",
    },
  );
}
