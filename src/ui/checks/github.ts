import { cleanText } from "../text/clean-text.js";
import { type Checked, type CheckRun, type Finding, findingText } from "./checked.js";
import { isShownThere, placeOf } from "./place.js";

/** GitHub shows ten annotations of each kind for a step, and drops the others. */
const mostOfAKind = 10;

/** An annotation's message is cut off by GitHub at 64 KiB. */
const mostCharacters = 16_000;

const kinds = ["error", "warning", "notice"] as const;

/**
 * Findings as commands for GitHub's runner, which makes annotations of them: a line each, the errors first.
 * If there are more than it shows, the last one says what the others are. No text can begin another command.
 */
export function githubText({ findings }: Checked, run: CheckRun): string {
  return kinds
    .flatMap((kind) =>
      commandsFor(
        kind,
        findings.filter(({ severity }) => severity === kind),
        run,
      ),
    )
    .map((line) => `${line}\n`)
    .join("");
}

function commandsFor(kind: string, findings: readonly Finding[], run: CheckRun): readonly string[] {
  if (findings.length <= mostOfAKind) return findings.map((finding) => command(kind, finding, run));
  const shown = findings.slice(0, mostOfAKind - 1);
  const left = findings.slice(mostOfAKind - 1);
  const rest: Finding = {
    code: `${left.length} more`,
    severity: "notice",
    title: left.map((finding) => lineOf(finding, run)).join("\n"),
  };
  return [...shown.map((finding) => command(kind, finding, run)), command(kind, rest, { ...run, files: [] })];
}

function lineOf(finding: Finding, run: CheckRun): string {
  const place = placeOf(finding, run);
  const at = [place?.path, place?.line, place?.column].filter((part) => part !== undefined).join(":");
  return `${at === "" ? "" : `${at}: `}${finding.title} [${finding.code}]`;
}

function command(kind: string, finding: Finding, run: CheckRun): string {
  const place = placeOf(finding, run);
  const { where, ...others } = finding;
  const text = findingText(isShownThere(finding, run) || where === undefined ? others : finding);
  const properties = [
    ["file", place?.path],
    ["line", place?.line],
    ["col", place?.column],
    ["title", finding.code],
  ] as const;
  const shown = properties.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${propertyText(cleanText(String(value)))}`],
  );
  return `::${kind} ${shown.join(",")}::${dataText(cut(cleanText(text)))}`;
}

function cut(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}

/** As the runner reads it (actions/toolkit, "escapeData" and "escapeProperty"). */
function dataText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function propertyText(text: string): string {
  return dataText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
