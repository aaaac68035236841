import { foldKey, type SettingsForm } from "../../../formats/settings/settings-text.js";
import { positionsIn } from "../../../formats/text/text-position.js";
import type { Host } from "../../../host/host.js";
import { Problem } from "../../../problem/problem.js";
import type { Profile } from "../../../profile/types.js";
import { type StoresEdit, unknownSecret } from "../stores-edit.js";
import { composeWarning } from "./lint-context.js";
import type { LintedSetting } from "./lint-context.js";
import { lintDefaultStore } from "./lint-default-store.js";
import { lintSettings } from "./lint-settings.js";
import { lintStores } from "./lint-stores.js";
import type { ObservedFile } from "../observe.js";
import { defaultStoreKey, storeKey } from "../setting-names.js";
import type { WantedFile } from "../wanted.js";

/** The most warnings: for a file that is wrong on every line, the first ones are enough. */
const mostWarnings = 50;

export interface LintInput {
  readonly host: Host;
  readonly profile: Profile;
  readonly installsModule: boolean;
}

/** All warnings about a settings file as it will be, with the line numbers that it has now. */
export function lintFile(
  observed: ObservedFile,
  wanted: WantedFile,
  { edit }: StoresEdit,
  { host, profile, installsModule }: LintInput,
): readonly Problem[] {
  const { path, form, text } = observed;
  const settings = expectedSettings(observed, edit, oursIn(wanted));
  let positions: ReturnType<typeof positionsIn> | undefined;
  const context = {
    host,
    path,
    form,
    position: (offset: number) => (positions ??= positionsIn(text))(offset),
    users: [...profile.users.keys()],
    checked: [...(profile.keyStores?.keys() ?? [])],
    installsModule,
  };
  return firstOf(
    [
      ...lintSettings(settings, observed.settings.dropped, context),
      ...lintStores(settings, context),
      ...lintDefaultStore(settings, context),
      ...compose(form, settings, observed),
    ],
    observed,
  );
}

/** Folded keys that come from the profile. */
function oursIn({ stores, defaultKeyStore }: WantedFile): ReadonlySet<string> {
  const keys = stores.flatMap((store) =>
    Object.keys(store.settings).map((name) => storeKey(store.name, name)),
  );
  const isDefault = defaultKeyStore !== "untouched" && defaultKeyStore.name !== undefined;
  return new Set([...keys, ...(isDefault ? [defaultStoreKey] : [])].map(foldKey));
}

function expectedSettings(
  { settings: { settings } }: ObservedFile,
  { set, remove }: StoresEdit["edit"],
  ours: ReadonlySet<string>,
): readonly LintedSetting[] {
  const gone = new Set([...set.keys(), ...remove].map(foldKey));
  const kept = settings.flatMap(({ key, value, offset }) =>
    gone.has(foldKey(key)) ? [] : [{ key, value, offset, ours: ours.has(foldKey(key)) }],
  );
  return [...kept, ...[...set].map(([key, value]) => ({ key, value, offset: undefined, ours: true }))];
}

function compose(
  form: SettingsForm,
  settings: readonly LintedSetting[],
  { path }: ObservedFile,
): readonly Problem[] {
  return form === "env"
    ? composeWarning(
        settings.filter(({ value, ours }) => !(ours && value === unknownSecret)),
        path,
      )
    : [];
}

function firstOf(problems: readonly Problem[], { path }: ObservedFile): readonly Problem[] {
  if (problems.length <= mostWarnings) return problems;
  const more = new Problem(
    "settings-more-warnings",
    `more warnings than the ${mostWarnings} that are shown`,
    {
      severity: "warning",
      where: { path },
      detail: `${problems.length - mostWarnings} more`,
      hint: "fix the first ones and run again: many mistakes often have one cause",
    },
  );
  return [...problems.slice(0, mostWarnings), more];
}
