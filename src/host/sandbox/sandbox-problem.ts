import { Problem } from "../../problem/problem.js";

/** What the set-up script said before it gave up, as a problem a person can act on. */
export function sandboxProblem(transcript: string): Problem {
  const lines = transcript
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const stage = lines.findLast((line) => line.startsWith("stage "))?.slice("stage ".length);
  const detail = lines.filter((line) => !line.startsWith("stage ")).join("\n") || "no message";
  if (stage === undefined) {
    return new Problem("host-sandbox-refused", "the kernel does not let this process make namespaces", {
      detail,
      hint: "run on the machine itself, or in a container with CAP_SYS_ADMIN (docker run --privileged)",
    });
  }
  if (stage === "overlay" && /unknown filesystem type|no such device/i.test(detail)) {
    return new Problem("host-sandbox-no-overlay", "this kernel has no overlay file system", {
      detail,
      hint: "load it with `modprobe overlay`, or run on a kernel built with CONFIG_OVERLAY_FS",
    });
  }
  if (/permission denied|not permitted/i.test(detail)) {
    return new Problem("host-sandbox-refused", `the kernel refuses the sandbox's mounts (${stage})`, {
      detail,
      hint: "run on the machine itself, or in a container with CAP_SYS_ADMIN (docker run --privileged)",
    });
  }
  return new Problem("host-sandbox-failed", `the sandbox could not be set up (${stage})`, { detail });
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
      hint: "install the packages util-linux and coreutils, on Debian and Ubuntu mount too",
    },
  );
}
