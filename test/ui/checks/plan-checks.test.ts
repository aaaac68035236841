import t from "tap";
import { path } from "../../../src/host/path.js";
import type { SmokeReport } from "../../../src/pkcs11/report.js";
import { Problem } from "../../../src/problem/problem.js";
import { pendingChanges, reworded } from "../../../src/ui/checks/checked.js";
import { planChecked, verifyChecked } from "../../../src/ui/checks/plan-checks.js";
import { smokeChecked } from "../../../src/ui/checks/smoke-checks.js";
import type { Plan, PlannedStep } from "../../../src/workflow/plan.js";

function step(title: string, planned: Partial<PlannedStep> = {}): PlannedStep {
  return {
    step: { id: "module", title, plan: () => Promise.reject(new Error()) },
    changes: [],
    problems: [],
    notes: [],
    ...planned,
  };
}

const change = {
  step: "ownership",
  kind: "set-mode",
  path: path("/var/amplia/.config"),
  what: "folder",
  from: 0o755,
  mode: 0o750,
} as const;

const plan: Plan = {
  steps: [
    step("module"),
    step("ownership", { changes: [change] }),
    step("account", { unseen: true, notes: ["could not read /etc/shadow: not root"] }),
    step("smoke test", { prove: () => Promise.reject(new Error()) }),
  ],
  changes: [change],
  problems: [],
};

const warning = new Problem("profile-port-ttlv", "a warning", {
  severity: "warning",
  where: { path: "p.yaml", line: 4, column: 2 },
});

t.test("plan: a step that would change fails, one that was not seen is skipped", async (t) => {
  const { checks, findings } = planChecked(plan, [warning]);
  t.match(checks, [
    { name: "module", status: "pass" },
    {
      name: "ownership",
      status: "fail",
      type: "changes-pending",
      message: "1 change",
      text: /^~ .*\.config/,
    },
    { name: "account", status: "skip", message: /not root/ },
    { name: "smoke test", status: "pass" },
    { group: "problems", name: "profile-port-ttlv p.yaml:4:2", status: "warn" },
  ]);
  t.match(findings, [
    { code: "profile-port-ttlv", severity: "warning" },
    { code: "changes-pending", severity: "notice", title: "1 change", detail: /\.config/ },
  ]);
});

const smoke: SmokeReport = {
  tokens: [
    {
      label: "ca_signer",
      proven: "reached",
      checks: [
        { id: "load", status: "pass", ms: 3.1 },
        { id: "random", status: "warn", ms: 1, detail: "refused", hint: "look" },
        { id: "login", status: "fail", ms: 12.4, ckr: "CKR_PIN_INCORRECT", hint: "look for a space" },
      ],
    },
  ],
  stores: [{ name: "k", type: "Pkcs11", status: "skip", detail: "nobody logged in" }],
  skipped: [{ reason: "no-users", text: "the profile has no users" }],
};

t.test(
  "verify: steps, tests of tokens, key stores, members, what was left out, and other problems",
  async (t) => {
    const failed = new Problem("smoke-test-failed", "the smoke test failed");
    const other = new Problem("service-not-active", "it is down");
    const cut = new Problem("workflow-unfinished-run", "a run was cut off", { severity: "warning" });
    const { checks, findings } = verifyChecked(plan, [cut], { smoke, problems: [failed, other] }, [
      { connection: "hsm_1", member: "10.0.0.1:60161", up: true, certificateEnd: undefined },
      { connection: "hsm_1", member: "10.0.0.2:60161", up: false, certificateEnd: undefined },
    ]);
    t.strictSame(
      checks.map(({ group, name, status }) => `${group} | ${name} | ${status}`),
      [
        "step | module | pass",
        "step | ownership | fail",
        "step | account | skip",
        'token "ca_signer" | load | pass',
        'token "ca_signer" | random | warn',
        'token "ca_signer" | login | fail',
        "key-store | k (Pkcs11) | skip",
        "smoke-test | smoke test | skip",
        "member | hsm_1 10.0.0.1:60161 | pass",
        "member | hsm_1 10.0.0.2:60161 | fail",
        "problems | workflow-unfinished-run | fail",
        "problems | service-not-active | fail",
      ],
    );
    t.strictSame(
      findings.map(({ code }) => code),
      ["workflow-unfinished-run", "smoke-test-failed", "service-not-active", "random", "changes-pending"],
    );
  },
);

t.test("problems are told in other words, changes with their paths are not", async (t) => {
  const plan = { steps: [], changes: [], problems: [new Problem("undo-nothing", "a", { hint: "a" })] };
  const pending = { code: pendingChanges, severity: "notice", title: "a", detail: "a" } as const;
  const { checks, findings } = planChecked(plan, []);
  t.match(
    reworded({ checks, findings: [...findings, pending] }, (text) => text.replaceAll("a", "b")),
    { checks: [{ message: "b", text: "b\nhint: b" }], findings: [{ title: "b", hint: "b" }, pending] },
  );
});

t.test("smoke: a failed test is an error, with its return value and what to do", async (t) => {
  const { checks, findings } = smokeChecked({ tokens: smoke.tokens }, [warning]);
  t.match(checks[2], {
    message: "CKR_PIN_INCORRECT",
    text: /^the user can log in\nCKR_PIN_INCORRECT\nhint: look for/,
  });
  t.match(findings, [
    { code: "profile-port-ttlv" },
    { code: "random", severity: "warning", title: 'token "ca_signer": random: refused' },
    { code: "login", severity: "error", title: 'token "ca_signer": login: CKR_PIN_INCORRECT', hint: /space/ },
  ]);
});
