import { resolve } from "node:path";
import { foldKey } from "../../formats/settings/settings-text.js";
import { positionsIn } from "../../formats/text/text-position.js";
import type { AbsolutePath } from "../../host/path.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem, throwIfErrors } from "../../problem/problem.js";
import { parseProfile } from "../../profile/parse-profile.js";
import { readProfile } from "../../profile/reading/read-profile.js";
import { entriesOf, entryOf, type TreeNode } from "../../profile/reading/tree.js";
import type { SettingsTarget } from "../../profile/types.js";
import { usualServiceUser } from "../../vendor/client.js";
import { quotedName } from "../../profile/words/quote.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import type { CommandRun } from "../command.js";
import { withoutAdvice } from "../run/valid-profile.js";
import { describeHost, settingsTarget } from "./describe-host.js";
import { writeNew } from "./new-file.js";
import { type DescribedHost, type DescribedStore, profileText } from "../../description/profile-text.js";
import type { GivenOptions } from "./wizard/given.js";

export interface InitArguments extends GivenOptions {
  readonly fromHost: boolean;
  /** Whether addresses are probed as they are named. */
  readonly probe: boolean;
  readonly root?: string | undefined;
  /** A new file; if left out, standard output. */
  readonly out?: string | undefined;
}

/**
 * `knetctl init --from-host`: the profile that describes a host which was set up by hand, without PINs.
 * Writes only `--out`. Without `--from-host`, the profile that the answers to its questions make.
 */
export const init: CommandRun<InitArguments> = async (args, context) => {
  const { output } = context;
  if (!args.fromHost) return (await import("./wizard/wizard.js")).wizard(args, context);
  const host = await context.host({ root: args.root, readOnly: true });
  const described = await describeHost(host, {
    user: args.user ?? usualServiceUser,
    targets: targetsOf(args),
  });
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

interface SayableProfile {
  readonly text: string;
  /** Warnings. */
  readonly problems: readonly Problem[];
}

/**
 * The text that describes the host and is a valid profile. Key stores that no profile may have, such as one
 * without its port, are left out, and a comment says why: they stay as they are on the host, and the rest can
 * be taken over. Other errors are thrown.
 */
export async function sayableProfile(
  described: DescribedHost,
  workingFolder: AbsolutePath,
): Promise<SayableProfile> {
  const firsts = new Set(
    new Map(described.stores.toReversed().map((store) => [foldKey(store.name), store])).values(),
  );
  const [named, sameName] = parted(described.stores, (store) => firsts.has(store));
  if (sameName.length > 0)
    return await sayableProfile(
      without(
        described,
        named,
        sameName.map((store) => [store, "another file has a key store with this name"]),
      ),
      workingFolder,
    );
  const text = await profileText(described);
  const reading = await readProfile(Buffer.from(text), "profile.yaml");
  const { problems } = "document" in reading ? parseProfile(reading.document, workingFolder) : reading;
  const refused =
    "document" in reading ? refusedStores(text, reading.document.root, problems) : new Map<string, string>();
  const [stores, left] = parted(described.stores, ({ name }) => !refused.has(name));
  if (left.length === 0 || (stores.length === 0 && described.users.size === 0)) throwIfErrors(problems);
  if (left.length === 0) return { text, problems };
  return await sayableProfile(
    without(
      described,
      stores,
      left.map((store) => [store, refused.get(store.name) ?? ""]),
    ),
    workingFolder,
  );
}

/** The items for which it is true, and the others. */
function parted<T>(list: readonly T[], holds: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [list.filter(holds), list.filter((item) => !holds(item))];
}

function without(
  { defaultKeyStore, ...described }: DescribedHost,
  stores: readonly DescribedStore[],
  left: readonly (readonly [DescribedStore, string])[],
): DescribedHost {
  const comments = left.map(
    ([{ name, target }, why]) => `key store ${quotedName(name)} of ${target.path} is left out: ${why}`,
  );
  const hasDefault = stores.some(({ name }) => name === defaultKeyStore);
  return {
    ...described,
    comments: [...described.comments, ...comments],
    stores,
    ...(hasDefault && defaultKeyStore !== undefined && { defaultKeyStore }),
  };
}

/** The key stores with errors, each with the title of its first one. */
function refusedStores(
  text: string,
  root: TreeNode,
  problems: readonly Problem[],
): ReadonlyMap<string, string> {
  const lineOf = positionsIn(text);
  const stores = entriesOf(root, "key_stores").map(({ key, offset }) => ({ key, line: lineOf(offset).line }));
  const following = entryOf(root, "default_key_store");
  const end = following === undefined ? Infinity : lineOf(following.offset).line;
  const refused = new Map<string, string>();
  for (const { severity, message, where } of problems) {
    const line = where?.line ?? 0;
    const store = line < end ? stores.findLast((one) => one.line <= line) : undefined;
    if (severity === "error" && store !== undefined && !refused.has(store.key))
      refused.set(store.key, message);
  }
  return refused;
}
