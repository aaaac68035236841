import { whyNoServiceManager } from "../../../host/service/systemctl.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

const askMs = 5000;

export const systemd: Check = {
  id: "systemd",
  title: "systemd runs this system, and is well",
  look: async ({ host, context: { signal } }) => {
    const none = whyNoServiceManager(host);
    if (none !== undefined) return { skipped: none };
    const { stdout, timedOut } = await host.commands.run({
      program: "systemctl",
      args: ["show", "--no-pager", "--property=Version,SystemState,NFailedUnits"],
      timeoutMs: askMs,
      signal,
    });
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
    const state = value("SystemState");
    const text = `systemd ${value("Version")} is ${state}`;
    if (state === "running") return { text };
    if (state === "degraded")
      return {
        text: `${text}: ${value("NFailedUnits")} failed`,
        problems: [warning("some of this system's units have failed", "systemctl --failed lists them")],
      };
    if (state !== "")
      return {
        text,
        problems: [
          warning(`the system is ${state}: a restart may wait or be refused`, "wait, then run again"),
        ],
      };
    const title = timedOut ? `systemd did not answer within ${askMs / 1000} s` : "systemd does not answer";
    return {
      text: title,
      problems: [
        new Problem("doctor-systemd", title, {
          hint: "see what this says: systemctl status",
          severity: "error",
        }),
      ],
    };
  },
};

function warning(title: string, hint: string): Problem {
  return new Problem("doctor-systemd", title, { severity: "warning", hint });
}
