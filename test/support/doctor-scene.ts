import { type Around, lookAround } from "../../src/commands/doctor/around.js";
import type { Check, Checked } from "../../src/commands/doctor/check.js";
import { made } from "../../src/commands/doctor/doctor.js";
import type { CommandContext } from "../../src/commands/command.js";
import { callers } from "../../src/host/given-file.js";
import { realFiles } from "../../src/host/files/real-files.js";
import { folderOf, path } from "../../src/host/path.js";
import { readOnlyHost } from "../../src/host/read-only-host.js";
import { realHost } from "../../src/host/real-host.js";
import { loadProfile } from "../../src/profile/load-profile.js";
import { recordedContext } from "./recorded-context.js";

export interface DoctorScene extends Partial<
  Pick<CommandContext, "environment" | "isRoot" | "programFolder" | "self">
> {
  /** The folder of `--root`; default: `/`. */
  readonly root?: string;
  /** A profile's file. */
  readonly profile?: string;
  readonly probes?: boolean;
  /** What the kernel says, instead of what this machine's does. */
  readonly kernel?: Readonly<Record<string, string>>;
}

/** What one check of doctor sees of a root, a profile and a program, as root unless said otherwise. */
export async function checkedIn(check: Check, scene: DoctorScene = {}): Promise<Checked> {
  return made(check, await aroundOf(scene));
}

async function aroundOf({
  root = "/",
  profile,
  probes = false,
  kernel,
  ...rest
}: DoctorScene): Promise<Around> {
  const self = { node: path(process.execPath), script: path(import.meta.filename) };
  const context: CommandContext = {
    ...recordedContext({ workingFolder: path("/") }).context,
    isRoot: true,
    self,
    programFolder: folderOf(self.script),
    host: () => Promise.resolve(readOnlyHost(realHost(path(root)))),
    ...rest,
  };
  const trust = { callers: callers({}), refuses: () => false };
  const around = await lookAround({
    context,
    host: await context.host({ readOnly: true }),
    machine: realFiles("/", []),
    given: profile === undefined ? undefined : await loadProfile(profile, path("/"), trust),
    probes,
  });
  return kernel === undefined ? around : { ...around, kernel: (file) => kernel[file] };
}

/** The codes of what is wrong. */
export function codesOf({ problems }: Checked): readonly string[] {
  return problems.map(({ code }) => code);
}
