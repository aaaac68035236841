import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { needsPermission, Problem } from "../../problem/problem.js";
import type { Profile } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import { type Change, changesContent } from "../../workflow/change.js";
import { readRecord, recordUpdate } from "../../workflow/change-kinds/shared/step-record.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { exposedWarning, fileChanges, folderChanges, privateFile } from "./changes.js";
import { closedFolder, refuseOthersFolders } from "./closed-folder.js";
import { type KeptStore, type Secrets, storesEdit, type StoresEdit } from "./stores-edit.js";
import { editedText } from "./edited-text.js";
import { lintFile } from "./lint/lint-file.js";
import { type ObservedFile, observeFile, olderAmplia } from "./observe.js";
import { recordedFiles, refuseClashes, storesRecord, type WrittenFile } from "./written-stores.js";
import { type WantedFile, wantedFiles } from "./wanted.js";

/**
 * The application's key stores, and its default one, in its settings; everything else in these files stays as
 * it is. `only`: just these key stores; the others and the default one stay too.
 */
export function keyStoresStep(secrets: Secrets, only?: ReadonlySet<string>): Step {
  return {
    id: "key-stores",
    title: "key stores",
    plan: (input, planned) => planKeyStores(input, planned, secrets, only),
  };
}

/** A file and what it should become. */
interface PlannedFile {
  readonly wanted: WantedFile;
  readonly observed: ObservedFile;
  readonly stores: StoresEdit;
  readonly text: string;
}

async function planKeyStores(
  input: StepInput,
  planned: readonly Change[],
  secrets: Secrets,
  only: ReadonlySet<string> | undefined,
): Promise<StepPlan> {
  const { profile, host } = input;
  const nothing = { changes: [], problems: [], notes: [] };
  const wanted = wantedFiles(profile, only);
  // a profile that does not mention key stores, such as the vendor's own config.json, leaves them alone
  if (profile.keyStores === undefined && wanted.length === 0) return nothing;
  try {
    const { text: record, written } = readRecord(host.files(), storesRecord);
    const ours = written.filter(({ service }) => service === profile.service.user);
    refuseClashes(wanted, written, profile.service.user);
    const files: PlannedFile[] = [];
    for (const file of profile.keyStores === undefined || only !== undefined
      ? wanted
      : [...wanted, ...leftFiles(wanted, ours)])
      files.push(await planFile(file, ours, host, profile, secrets));
    const others = written.filter(
      (one) =>
        !files.some(({ observed }) => observed.path === one.path) || one.service !== profile.service.user,
    );
    const kept = files
      .filter(({ observed, text }) => observed.entry !== undefined || text !== "")
      .map(({ observed }) => observed);
    refuseOthersFolders(kept, written, profile.service, host);
    const changes = [
      ...folderChanges(profile.service, kept, host.accounts, planned),
      ...files.flatMap(({ observed, stores, text }) =>
        fileChanges(profile.service, observed, { text, summary: stores.summary }, host.accounts),
      ),
    ];
    const made = files.map(({ observed, stores }) => writtenBy(profile, observed, stores));
    const recorded =
      written.length === 0 && made.every(isEmpty)
        ? []
        : recordUpdate(storesRecord, record, recordedFiles([...others, ...made]), recordSummary(made));
    const problems: Problem[] = [];
    for (const file of files) problems.push(...(await fileProblems(file, input, planned, written)));
    return {
      changes: [...changes, ...recorded],
      problems: [...problems, ...(await (await import("./hidden-settings.js")).hiddenByUnit(input, files))],
      notes: files.flatMap(fileNotes),
    };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    const where = error.where === undefined ? "" : ` (${error.where.path})`;
    return {
      ...nothing,
      notes: [`could not see the application's settings: ${error.message}${where}`],
      unseen: true,
    };
  }
}

/** Files into which knetctl wrote key stores that the profile no longer has there. */
function leftFiles(wanted: readonly WantedFile[], ours: readonly WrittenFile[]): readonly WantedFile[] {
  return ours
    .filter(({ path }) => !wanted.some(({ target }) => target.path === path))
    .map(({ path, form }) => ({
      target: { path, form },
      stores: [],
      others: "go",
      defaultKeyStore: { name: undefined },
    }));
}

async function planFile(
  wanted: WantedFile,
  ours: readonly WrittenFile[],
  host: Host,
  { service }: Profile,
  secrets: Secrets,
): Promise<PlannedFile> {
  const { path, form } = wanted.target;
  const observed = await observeFile(host, path, form, host.accounts.user(service.user)?.uid);
  const stores = storesEdit(
    wanted,
    observed.settings.settings,
    ours.find((one) => one.path === path),
    secrets,
  );
  return { wanted, observed, stores, text: await editedText(observed.settings, form, stores.edit, path) };
}

function writtenBy(
  { service }: Profile,
  { path, form }: ObservedFile,
  { written, defaultKeyStore }: StoresEdit,
): WrittenFile {
  return {
    path,
    form,
    service: service.user,
    keyStores: written,
    ...(defaultKeyStore !== undefined && { defaultKeyStore }),
  };
}

function isEmpty({ keyStores, defaultKeyStore }: WrittenFile): boolean {
  return keyStores.length === 0 && defaultKeyStore === undefined;
}

function recordSummary(made: readonly WrittenFile[]): string {
  const names = made.flatMap(({ keyStores }) => keyStores);
  return names.length === 0
    ? "knetctl no longer has key stores of its own"
    : `records which key stores are knetctl's own: ${names.join(", ")}`;
}

async function fileProblems(
  { wanted, observed, stores, text }: PlannedFile,
  input: StepInput,
  planned: readonly Change[],
  written: readonly WrittenFile[],
): Promise<readonly Problem[]> {
  const { host, profile } = input;
  const differing = [
    ...privateFile(observed, profile.service, host.accounts),
    ...exposedWarning(observed),
    ...stores.differing.map((key) => differs(key, observed.path)),
  ];
  if (text === "") return differing;
  const older = olderAmplia(
    host,
    observed,
    host.accounts.user(profile.service.user)?.uid,
    profile.ampliaVersion,
  );
  const installsModule = planned.some((change) => change.step === "module" && changesContent(change));
  return [
    ...older,
    ...differing,
    ...(await closedFolder(observed, input, written)),
    ...lintFile(observed, wanted, stores, { host, profile, installsModule }),
  ];
}

function differs(key: string, path: AbsolutePath): Problem {
  return new Problem(
    "key-store-pin-differs",
    `${key} in the settings differs from what the profile's source gives`,
    {
      severity: "warning",
      where: { path },
      detail: "the two values were compared; neither is shown",
      hint:
        "apply writes the one from the source; if the source is out of date, correct it first: " +
        "wrong PINs count towards a lock-out",
    },
  );
}

const mostNotes = 20;

function fileNotes({ observed: { path }, stores: { kept, unknown } }: PlannedFile): readonly string[] {
  const more =
    kept.length > mostNotes
      ? [
          kept.length === mostNotes + 1
            ? `1 more key store in ${path} is not in the profile, and is kept`
            : `${kept.length - mostNotes} more key stores in ${path} are not in the profile, and are kept`,
        ]
      : [];
  return [
    ...kept.slice(0, mostNotes).map((store) => keptNote(store, path)),
    ...more,
    ...unknown.map((key) => `unknown whether ${key} in ${path} is up to date: its source was not read`),
  ];
}

function keptNote({ name, because }: KeptStore, path: AbsolutePath): string {
  const why =
    because === "foreign" ? "was not written by knetctl" : "has settings that knetctl does not know";
  return `key store ${quotedName(name)} in ${path} is not in the profile; it ${why}, and is kept`;
}
