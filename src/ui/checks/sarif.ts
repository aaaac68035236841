import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { cleanText } from "../text/clean-text.js";
import { type Checked, type CheckRun, type Finding, findingText } from "./checked.js";
import { isShownThere, type Place, placeOf } from "./place.js";

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** Findings as SARIF 2.1.0: a rule for each code, paths relative to the repository. */
export function sarifText({ findings }: Checked, run: CheckRun): string {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const fingerprints = fingerprintsOf(findings, run);
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "knetctl", version: run.version, rules: codes.map(ruleOf) } },
        automationDetails: { id: `knetctl/${run.verb}/` },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "the root of the repository" } } },
        results: findings.map((finding, index) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: finding.severity === "notice" ? "note" : finding.severity,
          message: { text: messageText(finding, run) },
          locations: locationsOf(placeOf(finding, run)),
          partialFingerprints: { "knetctlProblem/v1": fingerprints[index] },
        })),
      },
    ],
  };
  return `${cleanText(JSON.stringify(log, undefined, 2))}\n`;
}

function ruleOf(code: string): object {
  return {
    id: code,
    shortDescription: { text: code.replaceAll("-", " ") },
    help: { text: "each result says what to do; docs/reference/problems.md has all codes" },
  };
}

function messageText(finding: Finding, run: CheckRun): string {
  const { where, ...others } = finding;
  const text = findingText(isShownThere(finding, run) || where === undefined ? others : finding);
  // a link within the log, which no text is meant to be (3.11.6)
  return text.includes("](") ? text.replace(/[[\]]/g, "\\$&") : text;
}

function locationsOf(place: Place | undefined): readonly object[] {
  if (place === undefined) return [];
  const { line = 1, column } = place;
  return [
    {
      physicalLocation: {
        artifactLocation: artifactOf(place),
        region: { startLine: line, ...(column !== undefined && { startColumn: column }) },
      },
    },
  ];
}

function artifactOf({ path, isInside }: Place): object {
  if (!isInside) return { uri: pathToFileURL(path).href };
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

/**
 * The same for the same problem of the same file, wherever in it; several that are alike are told apart by
 * their order.
 */
function fingerprintsOf(findings: readonly Finding[], run: CheckRun): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { code, title } = finding;
    const key = JSON.stringify([code, placeOf(finding, run)?.path ?? "", title]);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return createHash("sha256").update(`${key} ${before}`).digest("hex");
  });
}
