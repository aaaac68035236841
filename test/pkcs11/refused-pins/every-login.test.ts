import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { verbs } from "../../../src/commands/verbs.js";
import type { Verb } from "../../../src/commands/verb.js";
import { sourceFiles } from "../../support/source-imports.js";

const src = join(import.meta.dirname, "../../../src");
const texts = new Map(sourceFiles(src).map((file) => [file, readFileSync(join(src, file), "utf8")]));
const textOf = (file: string): string => texts.get(file) ?? "";

/** Files of the program that call a function by this name. */
function callersOf(name: string): readonly string[] {
  const call = new RegExp(`(?<!function )\\b${name}\\(`);
  return [...texts].filter(([, text]) => call.test(text)).map(([file]) => file);
}

test("a token is logged in to in one place, which has the PIN from one gate", (t) => {
  t.strictSame(callersOf("C_Login"), ["pkcs11/worker/checks/session.ts"]);
  t.strictSame(callersOf("run.askPin"), ["pkcs11/worker/checks/session.ts"]);
  t.strictSame(callersOf("runWorker"), ["pkcs11/test-token.ts"]);
  t.strictSame(callersOf("gate.mayLogIn"), ["pkcs11/test-token.ts"]);
  const asked = textOf("pkcs11/test-token.ts");
  t.ok(asked.indexOf("await refusedBefore(request)") > 0);
  t.ok(asked.indexOf("await refusedBefore(request)") < asked.indexOf("runWorker({"), "and before it starts");
  t.match(asked, "input: Buffer.from(`${JSON.stringify(asked)}\\n`),", "what it starts with has no PIN");
  t.end();
});

test("every login: whoever tests a token hands over what was refused", (t) => {
  const logins = [
    "commands/consumers/login-first.ts",
    "commands/run/smoke.ts",
    "members/drill.ts",
    "members/prove-members.ts",
    "pkcs11/unit/test-in-unit.ts",
    "steps/smoke-test/service-tests.ts",
  ];
  const callers = [...callersOf("smokeTest"), ...callersOf("testToken")];
  t.strictSame([...new Set(callers)].filter((file) => file !== "pkcs11/test-token.ts").sort(), logins);
  // in the requests themselves, or in how a member's module is run, whose type demands it
  const passing = [...logins.filter((file) => !file.startsWith("members/")), "members/private-client.ts"];
  for (const file of passing) t.match(textOf(file), /\brefusedPins\b/, file);
  t.match(textOf("members/private-client.ts"), /Required<Pick<TokenTestRequest, "refusedPins">>/);
  t.end();
});

test("nothing is forgotten but what a token of our own would refuse, and where nothing logs in", (t) => {
  const users = [...texts.keys()].filter((file) => /\bforgetful\b/.test(textOf(file)));
  t.strictSame(users, [
    "commands/ha/prove/simulated-drill.ts",
    "commands/run/plan.ts",
    "pkcs11/refused-pins/refused-pins.ts",
  ]);
  t.end();
});

test("every verb that logs in takes --strict and --retry-pin, and no other does", (t) => {
  const all = verbs.flatMap((one): readonly (readonly [string, Verb])[] =>
    "verbs" in one
      ? one.verbs.map((verb) => [`${one.name} ${verb.name}`, verb] as const)
      : [[one.name, one] as const],
  );
  for (const option of ["strict", "retry-pin"]) {
    const takers = all.filter(([, verb]) => Object.hasOwn(verb.options, option)).map(([name]) => name);
    t.strictSame(takers.sort(), [
      "apply",
      "ha add",
      "ha drill",
      "ha promote",
      "ha prove",
      "ha remove",
      "ha set",
      "prove",
      "rehearse",
      "smoke",
      "verify",
    ]);
  }
  t.end();
});
