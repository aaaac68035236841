import type { CommandContext } from "../../src/commands/command.js";
import { path, type AbsolutePath } from "../../src/host/path.js";
import type { Checked } from "../../src/ui/checks/checked.js";
import type { Problem } from "../../src/problem/problem.js";

/** A command's context that keeps what the command says, and fails it for wanting a host. */
export function recordedContext({
  workingFolder,
  json = false,
  verbose = false,
}: {
  workingFolder: AbsolutePath;
  json?: boolean;
  verbose?: boolean;
}) {
  const results: string[] = [];
  const documents: unknown[] = [];
  const notes: string[] = [];
  const problems: Problem[] = [];
  const checked: Checked[] = [];
  const plain = (text: string) => text;
  const recorded = { results, documents, notes, problems, checked, hosts: 0 };
  const context: CommandContext = {
    output: {
      json,
      verbose,
      quiet: false,
      terminal: false,
      result: (text) => void results.push(text),
      file: (text) => void results.push(text),
      picture: (lines) => void results.push(lines.join("\n")),
      document: (value) => void documents.push(value),
      documentLine: (value) => void documents.push(value),
      checks: (told) => void checked.push(told()),
      note: (text) => void notes.push(text),
      transient: () => undefined,
      ifThrown: () => undefined,
      progress: () => undefined,
      problem: (problem) => void problems.push(problem),
      style: { bold: plain, dim: plain, red: plain, green: plain, yellow: plain },
    },
    workingFolder,
    host: () => {
      recorded.hosts += 1;
      return Promise.reject(new Error("this command needs no host"));
    },
    signal: new AbortController().signal,
    whenLeft: () => undefined,
    follow: () => Promise.reject(new Error("nothing follows here")),
    isRoot: false,
    environment: {},
    descriptors: new Map(),
    self: { node: path("/nonexistent"), script: path("/nonexistent") },
    programFolder: path("/nonexistent"),
    version: "0.1.0",
  };
  return Object.assign(recorded, { context });
}
