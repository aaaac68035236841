import { type XmlElement, xmlText } from "../../formats/xml-text.js";
import { cleanLine, cleanText } from "../text/clean-text.js";
import type { Check, Checked, CheckRun } from "./checked.js";

/**
 * JUnit's XML as Ant writes it, the strictest of its forms, which Jenkins and GitLab read: one suite, a case
 * for each check. Warnings are not failures, unless they are to be; the suite's output tells them.
 */
export function junitText({ checks }: Checked, run: CheckRun): string {
  const cases = checks.map((check) => ({ ...check, result: resultOf(check, run) }));
  const count = (result: Result): number => cases.filter((one) => one.result === result).length;
  const warnings = checks.filter(({ status }) => status === "warn").map(warningText);
  const suite: XmlElement = {
    name: "testsuite",
    attributes: {
      id: 0,
      package: "knetctl",
      name: `knetctl ${run.verb}`,
      hostname: run.hostname,
      // the form that has no zone
      timestamp: run.began.toISOString().slice(0, 19),
      time: seconds(run.ms),
      tests: checks.length,
      failures: count("failure"),
      errors: 0,
      skipped: count("skipped"),
    },
    content: [
      { name: "properties", content: [property("version", run.version)] },
      ...cases.map((one) => testCase(one, one.result, run)),
      { name: "system-out", content: warnings.join("\n\n") },
      { name: "system-err" },
    ],
  };
  return xmlText({ name: "testsuites", content: [suite] });
}

type Result = "passed" | "failure" | "skipped";

function resultOf({ status }: Check, { failsOnWarnings }: CheckRun): Result {
  if (status === "skip") return "skipped";
  return status === "fail" || (status === "warn" && failsOnWarnings) ? "failure" : "passed";
}

function testCase(check: Check, result: Result, { verb }: CheckRun): XmlElement {
  const message = check.message === undefined ? {} : { message: cleanLine(check.message) };
  const told: Readonly<Record<Result, readonly XmlElement[]>> = {
    passed: [],
    skipped: [{ name: "skipped", attributes: message }],
    failure: [
      {
        name: "failure",
        attributes: { type: check.type ?? "failed", ...message },
        content: cleanText(check.text ?? check.message ?? ""),
      },
    ],
  };
  return {
    name: "testcase",
    attributes: {
      classname: cleanLine(`knetctl.${verb.replaceAll(" ", "-")}.${check.group}`),
      name: cleanLine(check.name),
      time: seconds(check.ms ?? 0),
    },
    content: told[result],
  };
}

function warningText({ group, name, message = "", text = message }: Check): string {
  return cleanText(`warning: ${group}: ${name}: ${text}`);
}

function property(name: string, value: string): XmlElement {
  return { name: "property", attributes: { name, value } };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
