import type { ProgressEvent, ProgressListener } from "../../workflow/progress.js";
import type { RecordedRun } from "../../workflow/journal/entry.js";
import type { Problem } from "../../problem/problem.js";
import { changeText } from "../reports/plan-text.js";
import { cleanLine } from "../text/clean-text.js";
import type { Output, Style } from "./output.js";
import { timeText } from "../text/time-text.js";

/**
 * Progress on standard error as it happens: on a terminal the change in progress is redrawn in place,
 * elsewhere each event is a line; with `--json`, JSON lines.
 */
export function progressListener(output: Output): ProgressListener {
  if (output.json) {
    return (event) => {
      output.progress(eventJson(event));
    };
  }
  return (event) => {
    const line = eventLine(event, output);
    if (line === undefined) return;
    if (line.final) output.note(line.text);
    else output.transient(line.text);
  };
}

interface Line {
  readonly text: string;
  /**
   * False: the line is true only while the change is in progress, and is shown only where it can be erased.
   */
  readonly final: boolean;
}

function eventLine(event: ProgressEvent, { style }: Output): Line | undefined {
  switch (event.type) {
    case "change-started":
      return going(`[${event.number}/${event.count}] ${changeText(event.change)} …`);
    case "change-note":
      return going(`${changeText(event.change)}: ${cleanLine(event.text)}`);
    case "change-report":
      return { text: `    ${cleanLine(event.text)}`, final: true };
    case "change-done":
      return done(`${style.green("✓")} ${changeText(event.change)}`, event.ms);
    case "change-failed":
      return done(`${style.red("✗")} ${changeText(event.change)}`, event.ms);
    case "staging-started":
      return going(`staging ${counted(event.count)} …`);
    case "staging-done":
      return done(`${mark(event.passed, style)} staged ${counted(event.count)}`, event.ms);
    case "not-staged":
      return { text: `- not staged: ${cleanLine(reasonText(event.because))}`, final: true };
    case "proof-started":
      return going(`${event.step.title} …`);
    case "proof-done":
      if (event.skipped !== undefined)
        return { text: `- ${event.step.title}: skipped, ${cleanLine(event.skipped)}`, final: true };
      return done(`${mark(event.passed, style)} ${event.step.title}`, event.ms);
    case "rollback-started":
      return { text: style.yellow("taking the changes back"), final: true };
    case "taking-back":
      return { text: style.yellow(`taking back ${runText(event.run)}`), final: true };
    case "change-undone":
      return done(`${style.yellow("↶")} taken back: ${changeText(event.change)}`, event.ms);
    case "undo-failed":
      return { text: `${style.red("✗")} could not take back: ${changeText(event.change)}`, final: true };
  }
}

/** `{"type","step","kind","path",…}`; problems of a rollback are in the document at the end. */
function eventJson(event: ProgressEvent): object {
  if (event.type === "rollback-started") return { type: event.type };
  if (event.type === "not-staged") return { type: event.type, problem: event.because.toJSON() };
  if (event.type === "staging-started" || event.type === "staging-done") return event;
  if (event.type === "taking-back") return { type: event.type, run: event.run.run };
  if ("step" in event) {
    const { step, ...rest } = event;
    return { ...rest, step: step.id };
  }
  const { change, ...rest } = event;
  return { ...rest, step: change.step, kind: change.kind, path: change.path };
}

/** "the unfinished run 7 of 2026-11-23 21:10:50 UTC (…)". */
function runText({ sequence, run, began, outcome }: RecordedRun): string {
  return (
    `${outcome === "unfinished" ? "the unfinished run" : "run"} ${sequence} of ` +
    cleanLine(`${timeText(began)} (${run})`)
  );
}

function counted(count: number): string {
  return count === 1 ? "1 change" : `${count} changes`;
}

function mark(passed: boolean, style: Style): string {
  return passed ? style.green("✓") : style.red("✗");
}

function reasonText({ message, detail }: Problem): string {
  const why = [message, detail].filter((part) => part !== undefined).join(": ");
  return `${why}; the changes are made on the host first, and proven there`;
}

function going(text: string): Line {
  return { text, final: false };
}

function done(text: string, ms: number): Line {
  return { text: `${text}  ${durationText(ms)}`, final: true };
}

/** "12 ms", "3.4 s". */
export function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
