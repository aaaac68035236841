import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type SchemaObject, type ValidateFunction } from "ajv";

const folder = join(import.meta.dirname, "../fixtures/schemas");

/** What libxml2 says against a text as JUnit's XML, in both of its published forms; empty if nothing. */
export function junitFaults(text: string): string {
  return ["JUnit.xsd", "jenkins-junit.xsd"]
    .map((name) =>
      spawnSync("xmllint", ["--nonet", "--noout", "--schema", join(folder, name), "-"], {
        input: text,
        encoding: "utf8",
      }),
    )
    .map(({ status, stderr, error }) => (status === 0 ? "" : `${stderr}${error?.message ?? ""}`))
    .join("");
}

/** What a reader of XML finds at a path: "count(//testcase)". */
export function xpath(text: string, path: string): string {
  const { stdout, stderr } = spawnSync("xmllint", ["--nonet", "--xpath", path, "-"], {
    input: text,
    encoding: "utf8",
  });
  return stdout.replace(/\n$/, "") || stderr;
}

let sarifSchema: ValidateFunction | undefined;

/** What SARIF's schema says against a log; empty if nothing. */
export function sarifFaults(log: unknown): string {
  const valid = (sarifSchema ??= readSarifSchema());
  return valid(log) ? "" : JSON.stringify(valid.errors);
}

/** Of draft 4, of which it uses nothing that has changed since. */
function readSarifSchema(): ValidateFunction {
  const text = readFileSync(join(folder, "sarif-2.1.0-rtm.5.json"), "utf8");
  const schema = JSON.parse(text, (key, value: unknown) =>
    ["$schema", "id"].includes(key) && typeof value === "string" ? undefined : value,
  ) as SchemaObject;
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
}
