import type { Finding } from "./finding.js";

/** Problems of one profile that are shown: as many as somebody might work through in one go. */
export const shownLimit = 100;

/**
 * The findings to show, in the order of the text. Past the limit the first errors go before warnings, and one
 * more finding, at the first place left out, says how many there are besides: each one costs time and memory,
 * and a large file can be wrong in every line.
 */
export function shownFindings(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort(byPlace);
  if (sorted.length <= shownLimit) return sorted;
  const errors = sorted.filter(isError);
  const kept = new Set([...errors, ...sorted.filter((finding) => !isError(finding))].slice(0, shownLimit));
  return [
    ...sorted.filter((finding) => kept.has(finding)),
    more(sorted.filter((finding) => !kept.has(finding))),
  ];
}

export function isError({ severity = "error" }: Finding): boolean {
  return severity === "error";
}

function byPlace(a: Finding, b: Finding): number {
  return a.anchor.offset - b.anchor.offset;
}

function more(hidden: readonly Finding[]): Finding {
  const errors = hidden.filter(isError).length;
  const counts = [counted(errors, "error"), counted(hidden.length - errors, "warning")].filter(
    (text) => text !== undefined,
  );
  return {
    code: "profile-more-problems",
    title: `more problems than the ${shownLimit} that are shown`,
    anchor: hidden[0]?.anchor ?? { offset: 0 },
    detail: `${counts.join(" and ")} more, the first of them here`,
    hint: "correct the first ones and run again: many mistakes often have one cause",
    severity: errors > 0 ? "error" : "warning",
  };
}

function counted(count: number, noun: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
