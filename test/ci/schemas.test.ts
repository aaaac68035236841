import { Ajv, type SchemaObject } from "ajv";
import { buildSync } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import { parse } from "yaml";
import { scratch } from "../support/scratch.js";

const clone = join(import.meta.dirname, "../..");
const textOf = (file: string): string => readFileSync(join(clone, file), "utf8");
const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(clone, folder)).map((name) => `${folder}/${name}`);

/** What GitHub's own parser says against a workflow; empty if nothing. */
type Parse = (name: string, content: string) => readonly string[];

const checkWorkflow = `
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
export const faults = (name, content) =>
  parseWorkflow({ name, content }, new NoOperationTraceWriter()).context.errors
    .getErrors()
    .map(({ message }) => message);
`;

/** It imports JSON as only bundlers do. */
async function githubsParser(folder: string): Promise<Parse> {
  const { outputFiles } = buildSync({
    stdin: { contents: checkWorkflow, resolveDir: clone },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  });
  const file = join(folder, "parser.cjs");
  writeFileSync(file, outputFiles[0]?.text ?? "");
  const { faults } = (await import(pathToFileURL(file).href)) as { faults: Parse };
  return faults;
}

t.test("GitHub's parser finds nothing wrong with our workflows, and sees a key that is none", async (t) => {
  const faults = await githubsParser(scratch(t).folder);
  const files = [...namesIn(".github/workflows"), ...namesIn("installers/ci/github")];
  t.equal(files.length, 4);
  for (const file of files) t.strictSame(faults(file, textOf(file)), [], file);
  const [, ready = ""] = files;
  const wrong = textOf(ready)
    .replace("timeout-minutes:", "timeout-minuts:")
    .replace(/\$\{\{ (?=vars)/, "${{ (");
  const found = faults(ready, wrong).join("\n");
  t.match(found, /Unexpected value 'timeout-minuts'/);
  t.match(found, /Unexpected end of expression/);
});

t.test("GitLab's schema allows our jobs, and no key that it does not know", (t) => {
  const schema = JSON.parse(textOf("test/fixtures/schemas/gitlab-ci.json")) as SchemaObject;
  const valid = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  // what begins with a dot, only to be extended, may hold anything
  const jobs = textOf("installers/ci/gitlab/knetctl.gitlab-ci.yml").replaceAll(".knetctl-ssh", "knetctl-ssh");
  t.ok(valid(parse(jobs)), JSON.stringify(valid.errors));
  t.notOk(valid(parse(jobs.replace("interruptible:", "interruptable:"))));
  t.notOk(valid(parse(jobs.replace("exit_codes: 2", "exit_codes: two"))));
  t.end();
});
