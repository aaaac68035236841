import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { test } from "tap";
import { showRun } from "../../src/commands/run/run-plan.js";
import { smoke } from "../../src/commands/run/smoke.js";
import { verify } from "../../src/commands/run/verify.js";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { path } from "../../src/host/path.js";
import { forgetful } from "../../src/pkcs11/refused-pins/refused-pins.js";
import { proveMembers } from "../../src/members/prove-members.js";
import { Problem } from "../../src/problem/problem.js";
import { Secret } from "../../src/problem/secret.js";
import type { RunResult } from "../../src/workflow/apply.js";
import type { Plan } from "../../src/workflow/plan.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";
import { softTokens, userPin, wrapped } from "../support/soft-token.js";

const worker = await buildWorker();
const modules = fixtureModules();
const wrapping = modules.wrapping();
const soft = softTokens("one");
const programFolder = path(dirname(worker.path));
writeFileSync(join(soft.folder, "pin"), userPin, { mode: 0o600 });

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

/** Every way to end well without a signature, and why there is none. */
const ways: Readonly<
  Record<string, { lies: Readonly<Record<string, string>>; withoutPin?: true; why: string }>
> = {
  "no PIN": { lies: {}, withoutPin: true, why: "not logged in" },
  "no mechanism": {
    lies: { WRAP_OFFER: "nothing" },
    why: "RSA key generation is not offered, EC key generation is not offered",
  },
  "no mechanism to sign with": {
    lies: { WRAP_OFFER: "keys" },
    why: "no RSA signature is offered, no EC signature is offered",
  },
  "no function to make keys": {
    lies: { WRAP_FAIL: "C_GenerateKeyPair", WRAP_VALUE: "0x54" },
    why: "C_GenerateKeyPair returned CKR_FUNCTION_NOT_SUPPORTED",
  },
  "no function to sign": {
    lies: { WRAP_FAIL: "C_SignInit", WRAP_VALUE: "0x54" },
    why: "C_SignInit returned CKR_FUNCTION_NOT_SUPPORTED",
  },
};

const unsignedAs = (why: string): string =>
  `nothing was signed correctly: it is not proven that the module signs (${why})`;

for (const [name, { lies, withoutPin = false, why }] of Object.entries(ways)) {
  const environment = wrapped(soft, lies);

  test(`smoke, with ${name}: fails if there is a PIN, and says what is proven`, async (t) => {
    for (const json of [false, true]) {
      const recorded = recordedContext({ workingFolder: path(soft.folder), json });
      const args = {
        module: wrapping,
        tokenLabel: "one",
        env: Object.entries(environment).map((pair) => pair.join("=")),
        ...(!withoutPin && { pinFile: "pin" }),
      };
      t.equal(await smoke(args, { ...recorded.context, programFolder }), withoutPin ? 0 : 1);
      const verdict = withoutPin
        ? 'token "one": reached, but nobody logged in'
        : `token "one": logged in, but nothing was signed (signature: ${unsignedAs(why)})`;
      if (json)
        t.match(recorded.documents, [
          {
            verdict,
            tokens: [{ proven: withoutPin ? "reached" : "logged-in", ...(withoutPin && { unsigned: why }) }],
          },
        ]);
      else t.equal(recorded.results.at(-1)?.split("\n").at(-1), `verdict: ${verdict}`);
      for (const document of recorded.documents)
        t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
    }
  });

  test(`ha prove, with ${name}: the member is not called proven`, async (t) => {
    const client = {
      how: { module: wrapping, workerPath: worker.path, refusedPins: forgetful },
      withEndpoints: <T>(
        _: unknown,
        use: (who: { environment: Readonly<Record<string, string>> }) => Promise<T>,
      ): Promise<T> => use({ environment }),
    };
    const users = new Map([["one", withoutPin ? undefined : new Secret(userPin)]]);
    const { members, problems } = await proveMembers({
      client,
      connection: "hsm",
      endpoints: [{ ip: "192.0.2.1", port: 1 }],
      users,
    });
    t.match(members, [{ tokens: [{ user: "one", result: withoutPin ? "reached" : "failed" }] }]);
    const told = withoutPin
      ? { code: "members-no-login", severity: "warning" }
      : { code: "members-proof-failed", severity: "error" };
    t.match(problems, [told]);
    if (!withoutPin) t.match(problems[0]?.detail, why);
    t.equal(problems.length, 1);
  });
}

const changes: Plan["changes"] = [
  { step: "client-config", kind: "set-mode", path: path("/etc/x"), from: 0o644, mode: 0o640 },
];
const plan: Plan = { steps: [], changes, problems: [] };
const signed = {
  label: "one",
  proven: "signed-existing-key",
  checks: [{ id: "signature", status: "pass", ms: 0 }],
} as const;
const unsigned = {
  label: "two",
  proven: "reached",
  unsigned: "not logged in",
  checks: [{ id: "signature", status: "warn", ms: 0 }],
} as const;

function shown(result: Partial<RunResult>, json = false) {
  const recorded = recordedContext({ workingFolder: path("/"), json });
  const run: RunResult = { run: "r", outcome: "applied", smoke: { tokens: [] }, problems: [], ...result };
  const exitCode = showRun(
    plan,
    run,
    { recovered: { run: undefined, problems: [] }, warnings: [] },
    recorded.context,
  );
  return { exitCode, last: recorded.results.at(-1), documents: recorded.documents };
}

test("apply and ha edits: the last line and --json say what was not signed, and why", async (t) => {
  const leftOut: RunResult["smoke"] = {
    tokens: [],
    skipped: [{ reason: "no-smoke-test", text: "the smoke test was left out" }],
  };
  t.match(shown({ smoke: leftOut }), {
    exitCode: 0,
    last: "applied: 1 change (run r); nothing was signed (the smoke test was left out)",
  });
  t.match(shown({ smoke: leftOut, outcome: "unchanged", run: null }), {
    exitCode: 0,
    last: /; nothing was signed \(the smoke test was left out\)$/,
  });
  t.match(shown({ smoke: { tokens: [signed, unsigned] } }), {
    last: 'applied: 1 change (run r); nothing was signed with some tokens (token "two": not logged in)',
  });
  const { documents } = shown({ smoke: leftOut }, true);
  t.match(documents, [{ smoke: leftOut }]);
  t.ok(reportSchema(documents[0]), JSON.stringify(reportSchema.errors));
});

test("a service that was down before and did not start: the last line says so", async (t) => {
  const down = new Problem("service-flapping", "amplia.service keeps starting and ending", {
    severity: "warning",
  });
  t.match(shown({ problems: [down], smoke: { tokens: [signed] } }), {
    exitCode: 0,
    last: "applied: 1 change (run r); the service is not running: amplia.service keeps starting and ending",
  });
});

test("no word of it where all signed, or where the run failed, which is told", async (t) => {
  t.equal(shown({ smoke: { tokens: [signed] } }).last, "applied: 1 change (run r)");
  const failed = shown({
    outcome: "rolled-back",
    problems: [new Problem("smoke-test-failed", "a wrong PIN")],
    smoke: { tokens: [], skipped: [{ reason: "no-users", text: "x" }] },
  });
  t.match(failed, { exitCode: 1, last: /^rolled back/ });
  t.notMatch(failed.last, /signed/);
});

for (const smokeTest of [false, true]) {
  const how = smokeTest ? "of a profile without users" : "without a smoke test";
  test(`verify, ${how}: the same`, async (t) => {
    const why = smokeTest
      ? { reason: "no-users", text: "the profile has no users of the kNET module" }
      : { reason: "no-smoke-test", text: "the smoke test was left out" };
    const folder = t.testdir();
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "p.yaml"), "service: { user: amplia, group: amplia }\nkey_stores: {}\n");
    for (const json of [false, true]) {
      const recorded = recordedContext({ workingFolder: path(folder), json });
      const host = new MemoryHost({
        users: [{ user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") }],
        groups: [{ group: "amplia", gid: 991 }],
        folders: ["/var/amplia", "/etc/amplia"],
      });
      const exitCode = await verify(
        { profile: "p.yaml", smokeTest, timeout: 1 },
        { ...recorded.context, host: () => Promise.resolve(host) },
      );
      t.equal(exitCode, 0, JSON.stringify(recorded.problems));
      if (json)
        t.match(recorded.documents, [
          { smoke: { tokens: [], skipped: [why], verdict: `nothing is proven (${why.text})` } },
        ]);
      else
        t.equal(
          recorded.results.at(-1),
          `nothing to change: the host is as the profile wants it; nothing was signed (${why.text})`,
        );
    }
  });
}
