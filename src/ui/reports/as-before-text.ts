import type { LookedAt } from "../../workflow/change-kind.js";
import { cleanLine } from "../text/clean-text.js";

const mostShown = 10;

/**
 * What can be said about a host after a run was taken back, and no more: each change was checked itself; an
 * installer's work was looked for in some folders only.
 */
export function asBeforeText(lookedAt: LookedAt | undefined): string {
  const installers =
    lookedAt === undefined
      ? ""
      : ", and everything install.sh changed in the folders that were looked at " +
        `(${listed(lookedAt.folders)}),`;
  return `everything knetctl changed${installers} is back in its previous state (checked)`;
}

/** What was not looked at; undefined if there was nothing to look at. */
export function notLookedAtText(lookedAt: LookedAt | undefined): string | undefined {
  if (lookedAt === undefined) return undefined;
  const except = lookedAt.except.map(({ path, because }) => `${path} (${because})`);
  return (
    `not looked at: ${except.length === 0 ? "" : `${listed(except)}, and `}what install.sh may have ` +
    "changed outside these folders"
  );
}

function listed(texts: readonly string[]): string {
  const more = texts.length - mostShown;
  return [...texts.slice(0, mostShown).map(cleanLine), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
