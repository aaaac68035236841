import { fieldsOf } from "../../formats/json/json-values.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Attributes, Rights } from "../../host/host.js";
import type { CommonChange, RunContext } from "../change-kind.js";
import { commandAt } from "./by-hand.js";
import { linkByHand, seenLink, type SeenLink } from "./create-link.js";
import { rightsOf } from "./kept-content.js";
import { type KeptFile, keptFile, putBackWholeByHand } from "./kept-file.js";
import { attributesFrom } from "./set-attributes.js";

/** What was in the place where something is removed. */
export type Prior =
  | { readonly was: "nothing" }
  | ({ readonly was: "file" } & KeptFile)
  | ({ readonly was: "link" } & SeenLink)
  | ({ readonly was: "folder" } & KeptFolder);

export interface KeptFolder extends Rights {
  /** Absent: none. */
  readonly attributes?: Attributes;
}

/** Reads the same from a journal. */
export function removedFrom(json: unknown): Prior | undefined {
  const { was } = fieldsOf(json);
  if (was === "nothing") return { was };
  if (was === "file") return withKind(was, keptFile(json));
  if (was === "link") return withKind(was, seenLink(json));
  return was === "folder" ? withKind(was, folderFrom(json)) : undefined;
}

function folderFrom(json: unknown): KeptFolder | undefined {
  const { attributes } = fieldsOf(json);
  const [rights, found] = [rightsOf(json), attributesFrom(attributes ?? {})];
  return rights && found && { ...rights, ...(attributes !== undefined && { attributes: found }) };
}

function withKind<Kind extends string, Rest extends object>(
  was: Kind,
  rest: Rest | undefined,
): ({ readonly was: Kind } & Rest) | undefined {
  return rest && { was, ...rest };
}

/** The command that brings it back. */
export function removedByHand(
  change: Pick<CommonChange, "path" | "trusting">,
  prior: Prior,
  run: Pick<RunContext, "folder" | "host">,
): readonly string[] {
  switch (prior.was) {
    case "nothing":
      return [];
    case "file":
      return [putBackWholeByHand(change, prior, run)];
    case "link":
      return [commandAt(run.host, change, (word) => linkByHand(prior, word))];
    case "folder":
      return [
        commandAt(
          run.host,
          change,
          (word) => `install -d -o ${prior.uid} -g ${prior.gid} -m ${modeText(prior.mode)} ${word}`,
        ),
      ];
  }
}
