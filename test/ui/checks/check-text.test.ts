import { test } from "tap";
import { type Checked, checkOf, type CheckRun, type Finding } from "../../../src/ui/checks/checked.js";
import { checkText } from "../../../src/ui/checks/write-checks.js";
import { junitFaults, sarifFaults, xpath } from "../../support/published-schemas.js";

const run: CheckRun = {
  verb: "validate",
  version: "0.1.0",
  hostname: "host",
  began: new Date("2026-01-02T03:04:05.678Z"),
  ms: 1234.5,
  failsOnWarnings: false,
  folder: "/repo",
  workingFolder: "/repo/hosts",
  files: ["a b.yaml", "/elsewhere/c.yaml", "-"],
};

const hostile = "]]></failure>&\u001b[2J\u202e\u0000::error::%0A\r\n::add-mask::x";

const findings: readonly Finding[] = [
  {
    code: "profile-key-unknown",
    severity: "error",
    title: `unknown key ${hostile}`,
    where: { path: "a b.yaml", line: 3, column: 5 },
    detail: hostile,
    hint: "see [this](1), and 100%",
  },
  {
    code: "profile-port-ttlv",
    severity: "warning",
    title: "t",
    where: { path: "/elsewhere/c.yaml", line: 1 },
  },
  { code: "host-not-a-file", severity: "error", title: "t", where: { path: "/etc/x" } },
  { code: "profile-empty", severity: "error", title: "t", where: { path: "-", line: 1, column: 1 } },
];

const checked: Checked = {
  checks: [
    { group: "profile", name: "good.yaml", status: "pass", ms: 1 },
    { group: "smoke-test", name: "smoke test", status: "skip", message: hostile },
    ...findings.map((finding) => checkOf({ group: "profile", name: finding.code }, [finding])),
  ],
  findings,
};

test("JUnit: both published schemas accept it, whatever a text holds", (t) => {
  const text = checkText("junit", checked, run);
  t.equal(junitFaults(text), "");
  t.equal(xpath(text, "string(//testsuite/@name)"), "knetctl validate");
  t.equal(xpath(text, "concat(//testsuite/@tests, //testsuite/@failures, //testsuite/@skipped)"), "631");
  t.equal(xpath(text, "concat(count(//testcase), count(//failure), count(//skipped))"), "631");
  t.match(xpath(text, "string(//failure[1])"), "at a b.yaml:3:5\n]]></failure>&\\u001b[2J\\u202e\\u0000");
  t.match(
    xpath(text, "string(//system-out)"),
    "warning: profile: profile-port-ttlv: t\nat /elsewhere/c.yaml:1",
  );
  t.end();
});

test("JUnit: warnings are failures where they are to be", (t) => {
  const text = checkText("junit", checked, { ...run, failsOnWarnings: true });
  t.equal(junitFaults(text), "");
  t.equal(xpath(text, "count(//failure[@type='profile-port-ttlv'])"), "1");
  t.end();
});

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly message: { readonly text: string };
      readonly locations: readonly unknown[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
}

function sarif(about: Checked): Log["runs"][number] {
  const log = JSON.parse(checkText("sarif", about, run)) as Log;
  t0(log);
  return log.runs[0]!;
}

function t0(log: unknown): void {
  const faults = sarifFaults(log);
  if (faults !== "") throw new Error(faults);
}

test("SARIF: its schema accepts it; a rule a code; paths relative to the repository, or as URLs", (t) => {
  const { tool, results } = sarif(checked);
  const { rules } = tool.driver;
  t.strictSame(
    results.map(({ ruleId, ruleIndex }) => rules[ruleIndex]?.id === ruleId),
    [true, true, true, true],
  );
  t.strictSame(
    results.map(({ locations }) => locations),
    [
      [
        {
          physicalLocation: {
            artifactLocation: { uri: "hosts/a%20b.yaml", uriBaseId: "%SRCROOT%" },
            region: { startLine: 3, startColumn: 5 },
          },
        },
      ],
      [
        {
          physicalLocation: {
            artifactLocation: { uri: "file:///elsewhere/c.yaml" },
            region: { startLine: 1 },
          },
        },
      ],
      [],
      [],
    ],
  );
  t.match(results[2]!.message.text, "t\nat /etc/x");
  t.match(results[0]!.message.text, "see \\[this\\](1)");
  t.match(
    sarifFaults({ version: "2.1.0", runs: [{ results: [] }] }),
    "tool",
    "the schema refuses what is wrong",
  );
  t.end();
});

test("SARIF: a fingerprint stays when lines move, and is another for another problem", (t) => {
  const prints = (...list: readonly Finding[]): readonly unknown[] =>
    sarif({ checks: [], findings: list }).results.map(({ partialFingerprints }) => partialFingerprints);
  const [one, , two] = findings as [Finding, Finding, Finding];
  const moved = { ...one, where: { path: "a b.yaml", line: 70, column: 1 } };
  t.strictSame(prints(one), prints(moved));
  t.equal(new Set([...prints(one, moved), ...prints(two)].map((print) => JSON.stringify(print))).size, 3);
  t.end();
});

test("GitHub: a line a command, errors first, and no text begins another or another property", (t) => {
  const text = checkText("github", checked, run);
  const lines = text.trimEnd().split("\n");
  t.equal(lines.length, 4);
  t.match(
    lines[0],
    /^::error file=hosts\/a b\.yaml,line=3,col=5,title=profile-key-unknown::unknown key \]\]>/,
  );
  t.match(lines[0], /::error::%250A\\u000d%0A::add-mask::x%0A.*100%25$/);
  t.equal(lines[1], "::error title=host-not-a-file::t%0Aat /etc/x");
  t.equal(lines[2], "::error title=profile-empty::t%0Aat standard input:1:1");
  t.equal(lines[3], "::warning file=/elsewhere/c.yaml,line=1,title=profile-port-ttlv::t");
  const odd = checkText(
    "github",
    { checks: [], findings: [{ ...findings[0]!, where: { path: "a,b:c", line: 1 } }] },
    run,
  );
  t.match(odd, /^::error file=hosts\/a%2Cb%3Ac,line=1,title=/);
  t.end();
});

test("GitHub: of more than it shows, the last annotation tells the others", (t) => {
  const many = Array.from({ length: 14 }, (_, index): Finding => ({ ...findings[2]!, title: `n${index}` }));
  const lines = checkText("github", { checks: [], findings: many }, run).trimEnd().split("\n");
  t.equal(lines.length, 10);
  t.match(lines[9], "::error title=5 more::n9 [host-not-a-file]%0An10 [host-not-a-file]");
  t.end();
});

test("what is wrong on the host is shown at the one file that was checked", (t) => {
  const one = { ...run, verb: "plan", files: ["a.yaml"] };
  t.equal(
    checkText("github", { checks: [], findings: [findings[2]!] }, one),
    "::error file=hosts/a.yaml,title=host-not-a-file::t%0Aat /etc/x\n",
  );
  t.end();
});
