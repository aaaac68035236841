import { usualServiceUser } from "../../vendor/client.js";
import { changeOptions, file, flag, journalOption, rootOption, text } from "../command-line/options.js";

/** For the verbs that change a connection's endpoints. */
export const editOptions = {
  profile: {
    ...file("change this profile in the same run; it gives the smoke test its PINs"),
    conflicts: ["user", "home", "unit"],
  },
  user: text(
    `without --profile: the service user, whose config.json is changed (default: ${usualServiceUser})`,
    "USER",
  ),
  home: file("without --profile: its home (default: as in its passwd entry)", "FOLDER"),
  unit: text("without --profile: the systemd unit to restart", "UNIT"),
  root: rootOption,
  yes: flag(
    "do not ask; required with --json, and whenever standard input, output or error is not a terminal: " +
      "without it nothing is changed",
  ),
  "dry-run": flag("stop after the plan; exit code 2 if anything would change"),
  probe: flag("probe the members before anything is written; --no-probe accepts them as they are", true),
  ...changeOptions,
  journal: journalOption,
} as const;

/** How those verbs end, besides done. */
export const editExits = [
  "failed",
  "changesPending",
  "invalidProfile",
  "unavailable",
  "locked",
  "noPermission",
  "interrupted",
] as const;
