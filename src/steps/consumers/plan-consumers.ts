import { type Consumer, ownMark } from "../../consumers/consumer.js";
import { consumerOf } from "../../consumers/consumers.js";
import { editEntries } from "../../formats/entries/entry-editor.js";
import type { Host } from "../../host/host.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { publicModes, readOnlyByOwner, serviceModes } from "../../host/rights.js";
import { Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import type { PinSource, Profile, ProfileConsumer } from "../../profile/types.js";
import { differsInPinAlone, unknownPin } from "./as-written.js";
import { entryRights, type NewText, removal, type WantedRights, fileChanges } from "./changes.js";
import { entryRefused, type ObservedPlace, observePlace } from "./observed-place.js";
import type { WrittenConsumer } from "./written-consumers.js";
import type { Change } from "../../workflow/change.js";

export interface PlanInput {
  readonly profile: Profile;
  readonly host: Host;
  readonly secrets: ReadonlyMap<PinSource, Secret>;
  /** What knetctl wrote for this service. */
  readonly ours: readonly WrittenConsumer[];
}

/** What is to be done in one place, or with one thing in it. */
export interface Planned {
  readonly changes: readonly Change[];
  readonly places: readonly ObservedPlace[];
  readonly notes: readonly string[];
  /** What is knetctl's work afterwards, by the consumer's name. */
  readonly wrote: ReadonlyMap<string, Partial<Pick<WrittenConsumer, "wroteText" | "madeFile" | "wrotePin">>>;
}

const nothing: Planned = { changes: [], places: [], notes: [], wrote: new Map() };

/** A file that is knetctl's as a whole. */
export function planWhole(
  consumer: Consumer,
  wanted: ProfileConsumer & { readonly file: AbsolutePath },
  { profile, host, secrets, ours }: PlanInput,
): Planned {
  const place = observePlace(host, profile, wanted.file);
  const isOurs = ours.some(({ file, wroteText }) => wroteText && file === wanted.file);
  const { text, isUnknown } = textFor(consumer, wanted, secrets, place.text);
  const holdsPin = consumer.pin === "literal";
  if (place.entry !== undefined && !isOurs && !isAlike(place.text, text)) throw foreign(place, wanted);
  const isService = holdsPin || (consumer.place.kind !== "paste" && consumer.place.readers === "service");
  const changes = fileChanges(
    place,
    { text, summary: [`consumer ${wanted.name}: ${consumer.title}`], isSecret: holdsPin },
    usualRights(profile, isService),
    host.accounts,
  );
  return {
    changes,
    places: [place],
    notes: isUnknown ? [unknownNote(wanted, place)] : [],
    wrote: new Map([[wanted.name, { wroteText: true }]]),
  };
}

/** The head of the file says so, even where the record is lost. */
function isAlike(text: string, wanted: string): boolean {
  const [head = ""] = wanted.split("\n", 1);
  return text === wanted || (head.includes(ownMark) && text.startsWith(`${head}\n`));
}

/** One file with entries of consumers, and those that are to go from it. */
export function planEntries(
  path: AbsolutePath,
  wanted: readonly ProfileConsumer[],
  stale: readonly WrittenConsumer[],
  { profile, host, secrets, ours }: PlanInput,
): Planned {
  const place = observePlace(host, profile, path);
  if (place.entry === undefined) refuseUnmade(path, wanted);
  const notes: string[] = [];
  const summary: string[] = [];
  let text = place.text;
  for (const one of [...stale, ...wanted]) {
    const consumer = consumerOf(one.type);
    if (consumer?.place.kind !== "entry") continue;
    const { editor } = consumer.place;
    const fault = editor.fault(text);
    if (fault !== undefined) throw entryRefused(place, text, fault, false);
    const before = editor.read(text, one.name);
    const isStale = "wroteText" in one;
    const { text: body, isUnknown } = isStale
      ? { text: undefined, isUnknown: false }
      : textFor(consumer, one, secrets, before ?? "");
    if (isUnknown) notes.push(unknownNote(one, place));
    const edited = editEntries(editor, text, new Map([[one.name, body]]));
    if ("fault" in edited) throw entryRefused(place, edited.text, edited.fault, true);
    if (before !== body) summary.push(`consumer ${one.name}: ${changeOf(before, body)}`);
    text = edited.text;
  }
  const madeFile = place.entry === undefined || ours.some((one) => one.file === path && one.madeFile);
  const wrote = new Map(wanted.map(({ name }) => [name, { wroteText: true, madeFile }]));
  if (text === "" && madeFile)
    return { ...nothing, changes: removal(place, filesFor(place, host)), places: [place] };
  const holdsPin = wanted.some(({ type }) => consumerOf(type)?.pin === "literal");
  const isService = wanted.some(({ type }) => {
    const kind = consumerOf(type)?.place;
    return kind?.kind === "entry" && kind.readers === "service";
  });
  const rights = entryRights(place, profile.service, host, holdsPin, usualRights(profile, isService));
  // others may have put secrets into it
  const edit: NewText = { text, summary, isSecret: true };
  const changes = fileChanges(place, edit, rights, host.accounts);
  return { changes, places: [place], notes, wrote };
}

/** A file that only its program can make. */
function refuseUnmade(path: AbsolutePath, wanted: readonly ProfileConsumer[]): void {
  for (const { name, type } of wanted) {
    const place = consumerOf(type)?.place;
    if (place?.kind !== "entry" || place.madeBy === undefined) continue;
    throw new Problem("consumer-file-unusable", "the consumer's file cannot be used: there is none", {
      where: { path },
      detail: `consumer ${name}; only its own program can make it`,
      hint: `make it first: ${place.madeBy.command(folderOf(path)).join(" ")}`,
    });
  }
}

function changeOf(before: string | undefined, body: string | undefined): string {
  if (before === undefined) return "entry added";
  return body === undefined ? "entry removed" : "entry changed";
}

/** The file with a consumer's PIN. */
export function planPin(
  wanted: ProfileConsumer & { readonly pinFile: AbsolutePath },
  { profile, host, secrets, ours }: PlanInput,
): Planned {
  const place = observePlace(host, profile, wanted.pinFile, true);
  const isOurs = ours.some(({ pinFile, wrotePin }) => wrotePin && pinFile === wanted.pinFile);
  const pin = wanted.pin && secrets.get(wanted.pin)?.reveal();
  if (place.entry !== undefined && !isOurs) {
    if (pin !== undefined && place.text !== pin) throw foreign(place, wanted);
    // somebody else's, which does as it is
    return { ...nothing, notes: pin === undefined ? [unknownNote(wanted, place)] : [] };
  }
  const isUnknown = pin === undefined && place.entry !== undefined;
  const text = pin ?? (isUnknown ? place.text : unknownPin);
  const { user, group } = profile.service;
  const changes = fileChanges(
    place,
    {
      text,
      summary: [`consumer ${wanted.name}: PIN of ${wanted.token} ${place.entry ? "<changed>" : "<set>"}`],
      isSecret: true,
      what: "PIN file",
    },
    { owner: user, group, mode: readOnlyByOwner },
    host.accounts,
  );
  return {
    changes,
    places: [place],
    notes: isUnknown ? [unknownNote(wanted, place)] : [],
    wrote: new Map([[wanted.name, { wrotePin: true }]]),
  };
}

/** Takes away a file that knetctl made as a whole. */
export function planRemoval(path: AbsolutePath, { profile, host }: PlanInput, isPin: boolean): Planned {
  const place = observePlace(host, profile, path, isPin);
  return { ...nothing, changes: removal(place, filesFor(place, host)) };
}

function filesFor({ trusting }: ObservedPlace, host: Host): ReturnType<Host["files"]> {
  const uid = trusting === undefined ? undefined : host.accounts.user(trusting)?.uid;
  return uid === undefined ? host.files() : host.files(uid);
}

function usualRights({ service }: Profile, isService: boolean): WantedRights {
  return isService
    ? { owner: "root", group: service.group, mode: serviceModes.file }
    : { owner: "root", group: "root", mode: publicModes.file };
}

/** With an unknown PIN, what is there counts as up to date if nothing else differs. */
function textFor(
  consumer: Consumer,
  wanted: ProfileConsumer,
  secrets: PlanInput["secrets"],
  now: string,
): { readonly text: string; readonly isUnknown: boolean } {
  if (consumer.pin !== "literal") return { text: consumer.text(wanted, ""), isUnknown: false };
  const pin = wanted.pin && secrets.get(wanted.pin)?.reveal();
  if (pin !== undefined) return { text: consumer.text(wanted, pin), isUnknown: false };
  const text = consumer.text(wanted, unknownPin);
  const isSame = differsInPinAlone(now, text);
  return { text: isSame ? now : text, isUnknown: isSame };
}

function unknownNote({ name }: ProfileConsumer, { path }: ObservedPlace): string {
  return `unknown whether the PIN of consumer ${name} in ${path} is up to date: its source was not read`;
}

function foreign({ path }: ObservedPlace, { name }: ProfileConsumer): Problem {
  return new Problem(
    "consumer-file-foreign",
    "a file that knetctl did not write is in the consumer's place",
    {
      where: { path },
      detail: `consumer ${name}; its content differs from what would be written`,
      hint: "give the consumer another file or pin_file; or look at this one, and move it away",
    },
  );
}
