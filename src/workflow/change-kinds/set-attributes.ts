import { aclText } from "../../formats/acl-text.js";
import { fieldsOf, isRecord } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { requirePrograms } from "../../host/commands/find-program.js";
import { distributionOf, installHint } from "../../host/distribution.js";
import {
  accessList,
  defaultList,
  needingRemoval,
  sameAttributes,
  type Dressed,
} from "../../host/files/set-attributes.js";
import type { Attributes } from "../../host/host.js";
import { isMode } from "../../host/mode-bits.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "../change-kind.js";
import { commandAt } from "./shared/by-hand.js";
import { changedSincePlan, refuseOther } from "./shared/changed-by-others.js";
import { isOfNewFolder } from "./create-folder.js";
import { trustedFiles } from "./shared/named-accounts.js";
import { attributeLines } from "./shared/noteworthy-rights.js";

/**
 * Give a folder the extended attributes, access control lists among them, that an installer gave it, and its
 * mode with them: a list and the mode are one.
 */
export interface SetAttributes extends CommonChange, Dressed {
  readonly kind: "set-attributes";
  readonly from: Dressed;
}

export const setAttributes: ChangeKind<SetAttributes, Dressed> = {
  text: ({ path, from, mode }) =>
    `change attributes of folder ${path}` +
    (from.mode === mode ? "" : `  ${modeText(from.mode)} → ${modeText(mode)}`),
  isNew: () => false,
  summary: ({ from, attributes }) => [
    ...Object.keys(from.attributes)
      .filter((name) => !(name in attributes))
      .map((name) => `removes ${nameFor(name)}`),
    ...attributeLines(changedAmong(attributes, from.attributes)),
  ],
  json: ({ from, mode, attributes }) => ({
    from: { ...from, mode: modeText(from.mode) },
    mode: modeText(mode),
    attributes,
  }),

  followsOn: isOfNewFolder,

  parsePrior: dressed,

  record: (change, run) => {
    const { from, attributes } = change;
    const removed = [
      ...needingRemoval(from.attributes, attributes),
      ...(isOfNew(change, run) ? [] : needingRemoval(attributes, from.attributes)),
    ];
    if (removed.length > 0)
      requirePrograms(
        run.host.commands,
        ["setfattr"],
        installHint(distributionOf(run.host.files()), { debian: "attr" }),
      );
    const now = stateOf(change, run);
    if (now === undefined) throw changedSincePlan(change.path, "it is gone");
    return Promise.resolve(now);
  },

  perform: (change, prior, run) => {
    // again, not only when it was recorded: writing the journal may have taken a while
    for (const one of [prior, stateOf(change, run)])
      if (one === undefined || !isDressed(one, change.from))
        throw changedSincePlan(change.path, "its attributes or its mode differ");
    put(change, prior, change, run);
    return Promise.resolve();
  },

  observe: (change, prior, run) => Promise.resolve(standing(change, prior, run)),

  undo: (change, prior, run) => {
    const now = standing(change, prior, run);
    refuseOther(now);
    const found = stateOf(change, run);
    if (now.state !== "before" && found !== undefined) put(change, found, prior, run);
    return Promise.resolve();
  },

  byHand: (change, prior, { host }) =>
    commandsFor(change, prior).map((line) =>
      commandAt(host, change, (word) => `[ ! -L ${word} ] && ${line} ${word}`),
    ),
};

function put(change: SetAttributes, from: Dressed, to: Dressed, run: RunContext): void {
  const files = trustedFiles(run.host, change);
  const entry = files.entry(change.path);
  if (entry?.mode !== from.mode) throw changedSincePlan(change.path, "its mode has changed, or it is gone");
  files.setAttributes(change.path, entry, from.attributes, to);
}

function isOfNew(change: SetAttributes, { changes }: RunContext): boolean {
  return changes.some((earlier) => isOfNewFolder(change, earlier));
}

/** One that was cut off has some of the old attributes, some of the new ones, and no others. */
function standing(change: SetAttributes, prior: Dressed, run: RunContext): Standing {
  const { path } = change;
  const now = stateOf(change, run);
  if (now === undefined) return { state: "other", path, because: "it is gone, or no longer a folder" };
  if (isDressed(now, prior)) return { state: "before" };
  if (isDressed(now, change)) return { state: "after" };
  const ours = Object.entries(now.attributes).every(([name, value]) =>
    [prior.attributes[name], change.attributes[name]].includes(value),
  );
  return ours && [prior.mode, change.mode].includes(now.mode)
    ? { state: "partly" }
    : { state: "other", path, because: "its attributes or its mode were changed" };
}

function stateOf(change: SetAttributes, run: Pick<RunContext, "host">): Dressed | undefined {
  const files = trustedFiles(run.host, change);
  const entry = files.entry(change.path);
  const attributes = entry?.kind === "folder" ? files.attributes(change.path) : undefined;
  return entry && attributes && { mode: entry.mode, attributes };
}

function isDressed(now: Dressed, wanted: Dressed): boolean {
  return now.mode === wanted.mode && sameAttributes(now.attributes, wanted.attributes);
}

function changedAmong(attributes: Attributes, from: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name, value]) => from[name] !== value));
}

function nameFor(name: string): string {
  if (name === accessList) return "its access control list";
  return name === defaultList ? "the access control list for what is made in it" : `the attribute ${name}`;
}

/** Commands that give a folder back what it had, each but for the folder's name. */
function commandsFor({ attributes }: SetAttributes, prior: Dressed): readonly string[] {
  const lists = ([accessList, defaultList] as const).flatMap((name) => {
    const [before, now] = [prior.attributes[name], attributes[name]];
    if (before === now) return [];
    const [set, remove] = name === accessList ? ["--set", "--remove-all"] : ["-d --set", "--remove-default"];
    const text = before === undefined ? undefined : aclText(Buffer.from(before, "base64"));
    return [text === undefined ? `setfacl ${remove}` : `setfacl ${set} ${text}`];
  });
  const others = [...new Set([...Object.keys(prior.attributes), ...Object.keys(attributes)])].flatMap(
    (name) => {
      const before = prior.attributes[name];
      if (name === accessList || name === defaultList || before === attributes[name]) return [];
      return before === undefined
        ? [`setfattr --remove ${shellWord(name)}`]
        : [`setfattr --name ${shellWord(name)} --value 0s${before}`];
    },
  );
  return [...lists, ...others, `chmod ${modeText(prior.mode)}`];
}

/** Mode and attributes from a JSON object's fields of these names. */
export function dressed(json: unknown): Dressed | undefined {
  const { mode, attributes } = fieldsOf(json);
  const found = attributesFrom(attributes);
  return isMode(mode) && found !== undefined ? { mode, attributes: found } : undefined;
}

/** Attributes from a JSON object. */
export function attributesFrom(json: unknown): Attributes | undefined {
  if (!isRecord(json)) return undefined;
  const found = Object.entries(json);
  const values = found.flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return values.length === found.length ? Object.fromEntries(values) : undefined;
}
