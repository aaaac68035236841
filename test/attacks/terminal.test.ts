import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type Test } from "tap";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import type { DrillResult } from "../../src/members/drill.js";
import type { ConnectionProof } from "../../src/members/prove-members.js";
import { probeJson, type Round } from "../../src/commands/ha/probe/probe-json.js";
import { certificateTable, probeTable } from "../../src/commands/ha/probe/probe-text.js";
import { watchPicture } from "../../src/commands/ha/probe/watch.js";
import { usageProblem } from "../../src/commands/command-line/usage-problem.js";
import { drillJson, drillText, type DrillReport } from "../../src/ui/reports/drill-report.js";
import { historyJson, runJson } from "../../src/ui/reports/history-json.js";
import { historyText, runText } from "../../src/ui/reports/history-text.js";
import { proofJson, proofText } from "../../src/ui/reports/members-report.js";
import type { Output } from "../../src/ui/terminal/output.js";
import { planText } from "../../src/ui/plan/plan-text.js";
import { progressListener } from "../../src/ui/terminal/progress-lines.js";
import { planJson } from "../../src/ui/reports/report-json.js";
import { smokeReportText, unsignedText } from "../../src/ui/reports/smoke-report-text.js";
import { terminalOutput } from "../../src/ui/terminal/terminal-output.js";
import { mermaid, topology, type Connection } from "../../src/ui/reports/topology.js";
import type { RecordedRun } from "../../src/workflow/journal/entry.js";
import type { Change } from "../../src/workflow/change.js";
import type { Plan } from "../../src/workflow/plan.js";
import type { ProgressEvent } from "../../src/workflow/progress.js";
import type { TokenReport } from "../../src/pkcs11/report.js";
import type { Step } from "../../src/workflow/step.js";
import { fixtureModules } from "../support/fixture-module.js";
import { knetctl } from "../support/knetctl.js";

/**
 * Title, clear screen, clipboard, a colour; the same in C1; marks of direction, invisible characters, line
 * separators, a lone surrogate.
 */
const escapes =
  "\u001b]0;title\u0007\u001b[2J\u001b]52;c;eA==\u001b\\\u001b[32m\u009b2J\u009d0;t\u009c\u0085\u007f" +
  "\r\b\u202e\u2066\u200f\u061c\u200b\u00ad\ufeff\u2028\u2029\u{e0041}\ud800";
const forged = "\nerror: forged [internal-error]\n  hint: forged\n";
const evil = `${escapes}${forged}`;
const seen = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e" +
    "\\u2060-\\u206f\\ufeff]|\\udb40[\\udc00-\\udfff]|\\p{Cs}",
  "u",
);

/** Words that choose what is shown, and are not shown themselves. */
const chosen = new Set([
  "kind",
  "type",
  "outcome",
  "status",
  "severity",
  "code",
  "result",
  "id",
  "progress",
  "step",
  "speaks",
  "began",
  "ended",
  "notBefore",
  "notAfter",
]);

/** The value with evil at the end of all text in it that comes from outside. */
function spoilt<T>(value: T, key = ""): T {
  if (typeof value === "string") return (chosen.has(key) ? value : `${value}${evil}`) as T;
  if (
    key === "step" ||
    value instanceof Problem ||
    value instanceof Date ||
    typeof value !== "object" ||
    value === null
  )
    return value;
  if (Array.isArray(value)) return value.map((one: unknown) => spoilt(one, key)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, spoilt<unknown>(one, name)]),
  ) as T;
}

function spoken(isTTY: boolean, json: boolean, say: (output: Output) => void): string {
  let text = "";
  const stream = { isTTY, columns: 200, rows: 50, write: (part: string) => (text += part) };
  say(terminalOutput({ json, verbose: true, quiet: false, environment: {}, stdout: stream, stderr: stream }));
  return text;
}

/**
 * On a terminal and elsewhere: nothing passes but our own colours and moves; no line of theirs looks like one
 * of ours.
 */
function harmless<T>(t: Test, value: T, say: (output: Output, value: T) => void, json = false): void {
  for (const isTTY of [true, false]) {
    const [plain, bad] = [value, spoilt(value)].map((one) =>
      spoken(isTTY, json, (output) => {
        say(output, one);
      }),
    );
    const ours = (text = "") =>
      text.replaceAll(/\u001b\[(?:1|2|22|31|32|33|39)m|\u001b\[[HJK]|\r(?=\u001b\[K)/g, "");
    t.notMatch(ours(bad), seen);
    const colours = (text = "") => text.match(/\u001b\[\d+m/g)?.length ?? 0;
    t.equal(colours(bad), colours(plain), "no colour of theirs");
    t.notMatch(ours(bad), /^(?: {2})?(?:error|warning|hint): forged/m);
    t.match(ours(bad), /forged|0;title/, "it is shown all the same");
    if (json)
      t.doesNotThrow(() => {
        JSON.parse(bad ?? "");
      });
  }
}

const folder = path("/etc/amplia");
const changes: readonly Change[] = [
  {
    kind: "create-account",
    step: "account",
    path: folder,
    user: "u",
    group: "g",
    home: folder,
    createGroup: true,
    createUser: true,
  },
  { kind: "create-folder", step: "client-config", path: folder, owner: "o", group: "g", mode: 0o750 },
  {
    kind: "write-file",
    step: "client-config",
    path: folder,
    owner: "o",
    group: "g",
    mode: 0o640,
    content: "new",
    before: "old",
    sensitive: false,
    summary: ["connection"],
  },
  {
    kind: "write-settings",
    step: "key-stores",
    path: folder,
    owner: "o",
    group: "g",
    mode: 0o640,
    sha256: "0",
    before: null,
    summary: ["KeyStores:A:Type"],
  },
  {
    kind: "set-owner",
    step: "ownership",
    path: folder,
    from: { owner: "a", group: "b" },
    owner: "o",
    group: "g",
  },
  {
    kind: "run-installer",
    step: "module",
    path: folder,
    sha256: "0",
    version: "1.7.0",
    from: "1.6.0",
    timeoutSeconds: 1,
  },
  { kind: "register-library", step: "module", path: folder, library: "lib.so", folder },
  {
    kind: "restart-service",
    step: "service",
    path: folder,
    unit: "amplia.service",
    health: "http://127.0.0.1/health",
    timeoutSeconds: 1,
    because: [folder],
  },
];
const step: Step = {
  id: "module",
  title: "module",
  plan: () => Promise.resolve({ changes: [], problems: [], notes: [] }),
};
const plan: Plan = { steps: [{ step, changes, notes: ["a note"], problems: [] }], changes, problems: [] };

test("a plan: paths, accounts, contents and diffs, units, notes", async (t) => {
  for (const change of changes)
    harmless(t, change, (output, bad) => {
      output.result(
        planText({ ...plan, steps: [{ ...plan.steps[0]!, changes: [bad] }], changes: [bad] }, output.style),
      );
    });
  harmless(t, ["note"], (output, notes) => {
    output.result(planText({ ...plan, steps: [{ ...plan.steps[0]!, notes }] }, output.style));
  });
  harmless(
    t,
    changes,
    (output, bad) => {
      output.document(planJson({ ...plan, changes: bad }, []));
    },
    true,
  );
});

test("what happens meanwhile: install.sh's lines, unit states, reasons", async (t) => {
  const change = changes[2]!;
  const events: readonly ProgressEvent[] = [
    { type: "change-started", change, number: 1, count: 2 },
    { type: "change-note", change, text: "note" },
    { type: "change-report", change, text: "report" },
    { type: "change-done", change, ms: 1 },
    { type: "proof-done", step, ms: 1, passed: true, skipped: "why" },
    { type: "change-undone", change, ms: 1 },
  ];
  for (const event of events) {
    // on a terminal alone, what is still going on is shown at all
    if (event.type !== "change-started" && event.type !== "change-note")
      harmless(t, event, (output, bad) => {
        progressListener(output)(bad);
      });
    const drawn = spoken(true, false, (output) => {
      progressListener(output)(spoilt(event));
    });
    t.notMatch(drawn.replaceAll(/\u001b\[\d+m/g, ""), seen);
  }
  harmless(
    t,
    events[2]!,
    (output, bad) => {
      progressListener(output)(bad);
    },
    true,
  );
});

test("a token: label, serial number, manufacturer, and forged messages of the worker", async (t) => {
  const token: TokenReport = {
    label: "l",
    serial: "s",
    manufacturer: "m",
    checks: [{ id: "login", status: "fail", ms: 1, detail: "d", ckr: "CKR", hint: "h" }],
  };
  harmless(t, token, (output, bad) => {
    output.result(
      smokeReportText(
        {
          tokens: [
            { ...bad, checks: bad.checks.map((check) => ({ ...check, id: `login${evil}` as "login" })) },
          ],
        },
        output.style,
      ),
    );
  });
  harmless(
    t,
    token,
    (output, bad) => {
      output.document({ tokens: [bad] });
    },
    true,
  );
  harmless(t, ["why"], (output, unsigned) => {
    output.result(unsignedText({ tokens: [], unsigned }));
  });
});

test("records of runs, as those of an image may be", async (t) => {
  const run = {
    run: "7",
    folder,
    sequence: 7,
    began: "2026-01-01T00:00:00Z",
    who: "anna",
    version: "0.1.0",
    profile: "/p.yaml",
    outcome: "applied",
    text: "",
    changes: changes.map((change, number) => ({ number, change, progress: "done" })),
    problems: [{ code: "internal-error", severity: "error", title: "title", where: { path: "/p" } }],
  } as unknown as RecordedRun;
  const inTheWay = (bad: RecordedRun): Problem =>
    new Problem("host-not-a-file", bad.profile, { where: { path: bad.who }, detail: bad.version });
  harmless(t, run, (output, bad) => {
    output.result(runText(bad, [inTheWay(bad)], "knetctl rollback 7", output.style));
  });
  harmless(t, run, (output, bad) => {
    output.result(historyText([bad], output.style));
  });
  harmless(t, run, (output, bad) => {
    output.result(historyText([bad], output.style, 60));
  });
  harmless(
    t,
    run,
    (output, bad) => {
      output.document(historyJson([bad], []));
    },
    true,
  );
  harmless(
    t,
    run,
    (output, bad) => {
      output.document(runJson(bad, []));
    },
    true,
  );
});

test("problems: file names, texts of files and children, and what causes them", async (t) => {
  harmless(
    t,
    { title: "title", path: "/p", detail: "detail", hint: "hint", cause: "cause" },
    (output, { title, path: where, detail, hint, cause }) => {
      output.problem(
        new Problem("host-not-a-file", title, {
          where: { path: where },
          detail,
          hint: hint.split("\n")[0] ?? "",
          cause,
        }),
      );
    },
  );
  harmless(t, ["validate", "a"], (output, args) => {
    output.problem(usageProblem(new Error("Unknown argument: x"), args));
  });
  harmless(t, "note", (output, text) => {
    output.problem(usageProblem(new Error(`--timeout takes ${text}`), ["validate"]));
  });
});

test("endpoints: certificates' names, KMIP answers, connections", async (t) => {
  const report = {
    target: { ip: "10.0.0.1", port: 1 },
    findings: [],
    speaks: "KMIP over HTTPS",
    protocol: "TLSv1.3",
    cipher: "c",
    vendor: "v",
    kmipVersion: "1.4",
    serverInformation: ["i"],
    certificate: {
      subject: "CN=s",
      names: ["DNS:n"],
      notBefore: "2026-01-01T",
      notAfter: "2027-01-01T",
      fingerprint: "00",
    },
  };
  const round = (bad: typeof report): Round => ({
    probed: [
      {
        connection: bad.vendor,
        report: { ...bad, speaks: "HTTPS" },
        problems: [new Problem("endpoint-refused", bad.vendor, { detail: bad.cipher })],
      },
    ],
    problems: [new Problem("ha-connection-ambiguous", bad.vendor)],
    ms: 1,
    began: new Date(0),
  });
  harmless(t, report, (output, bad) => {
    output.result(
      [
        probeTable(round(bad).probed, output.style),
        certificateTable(round(bad).probed, output.style) ?? "",
      ].join("\n"),
    );
  });
  harmless(t, report, (output, bad) => {
    output.picture(watchPicture(round(bad), 1, { width: 2000, height: 50 }, output.style), false);
  });
  harmless(
    t,
    report,
    (output, bad) => {
      output.documentLine(probeJson(round(bad)));
    },
    true,
  );
  const connections: readonly Connection[] = [{ name: "n", endpoints: [{ ip: "i", port: 1 }], users: ["u"] }];
  harmless(t, connections, (output, bad) => {
    output.result(topology(bad));
  });
  harmless(t, connections, (output, bad) => {
    output.result(mermaid(bad));
  });
});

test("members and drills: names, keys, reasons", async (t) => {
  const proofs = [
    {
      connection: "c",
      members: [
        { endpoint: { ip: "10.0.0.1", port: 1 }, tokens: [{ user: "u", result: "failed", reason: "r" }] },
      ],
      problems: [],
      comparisons: [
        {
          user: "u",
          members: ["a", "b"],
          same: 1,
          complete: true,
          differences: [
            {
              kind: "missing",
              classes: ["private-key"],
              label: "l",
              id: "01",
              variants: [{ sha256: "0", objects: 1, members: ["a"] }],
              missing: ["b"],
            },
          ],
        },
      ],
    },
  ] as unknown as readonly ConnectionProof[];
  harmless(t, proofs, (output, bad) => {
    output.result(proofText(bad, output.style));
  });
  harmless(
    t,
    proofs,
    (output, bad) => {
      output.document(proofJson(bad, []));
    },
    true,
  );
  const result = {
    results: [
      {
        scenario: { id: "as-it-is", title: "t", dead: [], members: "all", kills: false },
        endpoints: [{ ip: "10.0.0.1", port: 1 }],
        through: false,
        reason: "r",
        hint: "h",
      },
    ],
    verdict: { outcome: "not-measured", text: "v", costs: [] },
  } as unknown as DrillResult;
  const drilled: DrillReport = { connection: "c", user: "u", simulated: false, result, warnings: [] };
  harmless(t, drilled, (output, bad) => {
    output.result(drillText({ ...bad, result: { ...bad.result, verdict: result.verdict } }, output.style));
  });
  harmless(
    t,
    drilled,
    (output, bad) => {
      output.document(drillJson(bad, []));
    },
    true,
  );
});

test("a file's text comes to the letter, but on a terminal", async (t) => {
  t.equal(
    spoken(false, false, (output) => {
      output.file(escapes);
    }),
    `${escapes}\n`,
  );
  t.notMatch(
    spoken(true, false, (output) => {
      output.file(escapes);
    }),
    seen,
  );
});

test("the program itself: a hostile module, and words of the command line", async (t) => {
  const modules = fixtureModules();
  t.teardown(() => {
    modules.remove();
  });
  const module = modules.module("misbehaving");
  const text = "\u001b]0;x\u0007\u009b2J\u202e";
  const run = await knetctl([
    "smoke",
    "--module",
    module,
    "--token-label",
    "fixture",
    "--env",
    `FIXTURE_TEXT=${text}`,
  ]);
  t.match(run.stdout, /\\u001b\]0;x\\u0007/, run.stderr);
  const asJson = await knetctl([
    "smoke",
    "--module",
    module,
    "--token-label",
    "fixture",
    "--env",
    `FIXTURE_TEXT=${text}`,
    "--json",
  ]);
  t.match(JSON.parse(asJson.stdout), { tokens: [{ manufacturer: text }] }, "the same text, for a program");
  const folder = join(modules.folder, `a${text}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `p${text}.yaml`), `connections: { "a\\e[2J": 1 }\n`);
  const lines = [
    ["validate", join(folder, `p${text}.yaml`)],
    ["validate", `--x${text}`],
    [`y${text}`],
    ["ha", "list", "--user", text],
    ["ha", "probe", `z${text}:1`],
    ["schema", text],
    ["render", "x", "--target", text],
    ["plan", "x", text],
    ["history", "--root", text],
  ];
  for (const line of lines) {
    for (const { stdout, stderr } of [run, asJson, await knetctl(line), await knetctl([...line, "--json"])]) {
      t.notMatch(stdout, seen, line.join(" "));
      t.notMatch(stderr, seen, line.join(" "));
    }
  }
});
