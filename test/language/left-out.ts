import ts from "typescript";
import type { LeftOut } from "./texts.js";

/** What is not for people, or stays English: files, folders, constants of a file, each with the reason. */
export const leftOut: Readonly<Record<string, string>> = {
  "host/stage/wall-script.ts": "a shell script",
  "host/stage/stage-script.ts": "a shell script",
  "host/sandbox/mount-table.ts#tableFunctions": "a shell script",
  "host/sandbox/sandbox-script.ts": "a shell script",
  "host/processes/own-group.ts#enter": "a shell script",
  "host/processes/hard-limit.ts#titles": "the kernel's names of limits",
  "commands/verbs/completion.ts#scripts": "shell scripts",
  "simulator/answer-request.ts": "what a simulated VHSM answers",
  "simulator/https-server.ts": "what a simulated VHSM answers",
  "consumers/pkcs11-uri.ts": "URIs",
  "consumers/consumer.ts": "comments of the files that are written",
  "consumers/types/nginx.ts#keyLine": "what is written into its file",
  "consumers/types/openssl-engine.ts#engineConfiguration": "what is written into its file",
  "consumers/types/web-server-proof.ts#certificateRequest": "what is written into a file",
  "consumers/types/web-server-proof.ts#functions": "a shell script",
  "consumers/types/sunpkcs11.ts#readable": "a shell script",
  "formats/entries/marked-blocks.ts#blockText": "comments of the files that are written",
  "steps/consumers/run-proof.ts#makeData": "a shell script",
  "ui/checks/": "documents of --format, which stay English",
  "ui/reports/verify-metrics.ts": "metrics, which stay English",
  "ui/text/image-words.ts": "replaces words of texts, in each language",
  "page/outputs.ts#head": "comments of the profile that is written",
  "page/browser/labels.ts#usual": "keys of a profile",
  "page/browser/summary.ts#focusable": "what the page looks for",
  "page/browser/summary.ts#fields": "what the page looks for",
  "pictures/report-picture.ts": "what a report is looked at for",
  "pictures/svg.ts#font": "names of fonts",
  "description/profile-text.ts": "comments of the profile that is written",
};

/** Errors of these files are told as mistakes in a command line; elsewhere they are faults of the program. */
const usage = /^commands\/command-line\//;

/** Of a consumer: what is written into its file, and what is run; the rest of its texts is for people. */
const ofConsumers = ["asking", "configuration", "file", "line", "package", "shown", "shows", "text"];

/** A shell script is a constant whose name says so. */
function isWrittenOrRun(node: ts.Node): boolean {
  if (ts.isVariableDeclaration(node)) return node.name.getText().endsWith("Script");
  return ts.isPropertyAssignment(node) && ofConsumers.includes(node.name.getText());
}

/** For a file, named from src. */
export function leftOutOf(file: string): LeftOut | undefined {
  const names = Object.keys(leftOut);
  if (names.some((name) => name === file || (name.endsWith("/") && file.startsWith(name)))) return undefined;
  return (node) =>
    (file.startsWith("consumers/") && isWrittenOrRun(node)) ||
    (ts.isVariableDeclaration(node) && names.includes(`${file}#${node.name.getText()}`)) ||
    // a style of the page
    (ts.isPropertyAssignment(node) && node.name.getText() === "class") ||
    (ts.isNewExpression(node) && node.expression.getText() === "Error" && !usage.test(file));
}
