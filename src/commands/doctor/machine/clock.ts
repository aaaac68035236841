import { statSync } from "node:fs";
import { whyNoServiceManager } from "../../../host/service/systemctl.js";
import { Problem } from "../../../problem/problem.js";
import { timeText } from "../../../ui/text/time-text.js";
import type { Check } from "../check.js";
import { dayMs } from "../../../formats/units.js";

/** The program cannot be older than its file: what is before that is a wrong clock. */
export const clock: Check = {
  id: "clock",
  title: "the clock is not behind this program's build",
  look: ({ context: { self } }) => {
    const [now, built] = [new Date(), statSync(self.script).mtime];
    const text = timeText(now.toISOString());
    if (now.getTime() >= built.getTime() - dayMs) return { text };
    const problem = new Problem("doctor-clock-behind", "the clock is behind this program's build", {
      detail: `it says ${text}; the program was built on ${timeText(built.toISOString())}`,
      hint:
        "set it (timedatectl set-time, or the host's time service): certificates of VHSMs seem not yet " +
        "valid, and runs are recorded under wrong dates",
    });
    return { text, problems: [problem] };
  },
};

const askMs = 5000;

/** As systemd-timedated reads it from the kernel, whichever time service sets it. */
export const timeSync: Check = {
  id: "time-sync",
  title: "a time service keeps the clock right",
  look: async ({ host, isImage, context: { signal } }) => {
    if (isImage) return { skipped: "an image has no clock" };
    const none = whyNoServiceManager(host);
    if (none !== undefined) return { skipped: none };
    if (host.commands.find("timedatectl") === undefined) return { skipped: "there is no timedatectl here" };
    const { stdout } = await host.commands.run({
      program: "timedatectl",
      args: ["show", "--property=NTPSynchronized", "--value"],
      timeoutMs: askMs,
      signal,
    });
    if (stdout.trim() === "yes") return { text: "the clock is synchronised" };
    if (stdout.trim() !== "no") return { skipped: "timedatectl does not say" };
    const problem = new Problem("doctor-clock-unsynchronised", "no time service keeps the clock right", {
      severity: "warning",
      detail: "the kernel's clock is not synchronised; TLS and the order of runs need it",
      hint: "timedatectl set-ntp true, or look at chrony: chronyc tracking",
    });
    return { text: "the clock is not synchronised", problems: [problem] };
  },
};
