import { closeSync, constants, fsyncSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { errorCode, isSystemError } from "../../problem/thrown.js";
import { quotedName } from "../../profile/words/quote.js";
import type { SettingsTarget } from "../../profile/types.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import type { CommandRun } from "../command.js";
import { withoutAdvice } from "../run/valid-profile.js";
import { describeHost, settingsTarget } from "./describe-host.js";
import { sayableProfile } from "./sayable-profile.js";

export interface InitArguments {
  readonly fromHost: boolean;
  readonly root?: string | undefined;
  /** A new file; if left out, standard output. */
  readonly out?: string | undefined;
  readonly user: string;
  /** Files of the application's settings: a path, or FORM:PATH. */
  readonly settings?: readonly string[] | undefined;
}

/**
 * `knetctl init --from-host`: the profile that describes a host which was set up by hand, without PINs.
 * Writes only `--out`.
 */
export const init: CommandRun<InitArguments> = async (args, context) => {
  const { output } = context;
  if (!args.fromHost)
    throw new Problem("usage-invalid", "nothing says what to make the profile from", {
      hint: "knetctl init --from-host reads this host; the README shows a profile to start from",
    });
  const host = await context.host({ root: args.root, readOnly: true });
  const described = await describeHost(host, { user: args.user, targets: targetsOf(args) });
  const { text, problems: found } = await sayableProfile(described, context.workingFolder);
  const problems = output.verbose ? found : withoutAdvice(found);
  const file = args.out === undefined ? undefined : resolve(context.workingFolder, args.out);
  if (file !== undefined) writeNew(file, text);
  if (output.json) output.document({ profile: text, ...(file !== undefined && { file }), problems });
  else {
    for (const problem of problems) output.problem(problem);
    if (file === undefined) output.file(text);
    else
      output.result(
        `${cleanLine(file)}: put the PINs into the files that it names; knetctl plan will then find ` +
          "nothing to do",
      );
  }
  return exitCodes.done;
};

/** Undefined: none is named. */
function targetsOf({ settings = [] }: InitArguments): readonly SettingsTarget[] | undefined {
  if (settings.length === 0) return undefined;
  return settings.map((text) => {
    const target = settingsTarget(text);
    if (target !== undefined) return target;
    throw new Problem("usage-invalid", "--settings takes a file's path", {
      detail: quotedName(text),
      hint:
        "an absolute path that ends in .conf, .ini, .json or .env, or with its form before it: " +
        "systemd:/etc/amplia/environment",
    });
  });
}

/** The user's file, created with the user's rights; an existing one is never touched. */
function writeNew(file: string, text: string): void {
  try {
    const descriptor = openSync(
      file,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const code = errorCode(cause);
    throw new Problem("init-cannot-write", "the profile cannot be written", {
      where: { path: file },
      detail: code === "EEXIST" ? "there is already a file with this name" : String(code),
      hint:
        code === "EEXIST"
          ? "name another file, or move that one away"
          : "check the folder and its permissions",
      cause,
    });
  }
}
