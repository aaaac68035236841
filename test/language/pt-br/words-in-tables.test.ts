import t from "tap";
import { checkedTable, doctorJson, verdictLine } from "../../../src/commands/doctor/report.js";
import type { Checked } from "../../../src/commands/doctor/check.js";
import { speak } from "../../../src/language/spoken.js";
import { translator } from "../../../src/language/translator.js";
import type { SmokeReport } from "../../../src/pkcs11/report.js";
import { smokeReportText } from "../../../src/ui/reports/smoke-report-text.js";
import { proofText } from "../../../src/ui/reports/members-report.js";
import { path } from "../../../src/host/path.js";
import { recordedContext } from "../../support/recorded-context.js";
import { catalogue } from "../catalogue.js";

const { context } = recordedContext({ workingFolder: path("/") });
const portuguese = translator([...catalogue().values()].flatMap((file) => [...file]));
const { style } = context.output;

/** Other tests share this process, and are in English. */
function inPortuguese(say: () => string): string {
  speak({ ...portuguese, yes: { letter: "s", words: [] } });
  try {
    return say();
  } finally {
    speak(undefined);
  }
}

const checked = (["ok", "warn", "fail", "skipped"] as const).map((status): Checked => {
  return { id: "preload", title: "", status, text: status === "ok" ? "none" : "/etc/none", problems: [] };
});

t.test("doctor's table: its words are told, names and JSON are not", (t) => {
  const cells = inPortuguese(() => checkedTable(checked, style))
    .split("\n")
    .map((line) => line.split(/ {2,}/));
  t.same(cells.slice(1), [
    ["preload", "ok", "nada"],
    ["preload", "aviso", "/etc/none"],
    ["preload", "falha", "/etc/none"],
    ["preload", "omitido", "/etc/none"],
  ]);
  t.match(
    portuguese.text(verdictLine(checked, { isRoot: true, output: context.output })),
    "1 ok, 1 com aviso, 1 com falha, 1 omitidos",
  );
  t.match(doctorJson(checked), { checks: checked.map(({ status, text }) => ({ status, text })) });
  t.end();
});

t.test("the smoke test's tables", (t) => {
  const report: SmokeReport = {
    tokens: [],
    consumers: (["pass", "warn", "fail", "skip"] as const).map((status) => ({
      name: "skip",
      type: "p11-kit",
      status,
      detail: "pass",
    })),
  };
  const text = inPortuguese(() => smokeReportText(report, style));
  for (const word of ["passou", "aviso", "falha", "omitido"])
    t.match(text, new RegExp(`^skip +p11-kit +${word} +pass$`, "m"));
  t.end();
});

t.test("the proofs of members, and what their keys differ in", (t) => {
  const endpoint = { ip: "10.1.2.3", port: 60161 };
  const results = ["proven", "reached", "failed", "unreachable", "refused", "not-tried"] as const;
  const text = inPortuguese(() =>
    proofText(
      [
        {
          connection: "hsm_1",
          members: [{ endpoint, tokens: results.map((result) => ({ user: "proven", result })) }],
          comparisons: [],
          problems: [],
        },
      ],
      style,
    ),
  );
  for (const word of ["provado", "alcançado", "falhou", "inacessível", "recusado", "não tentado"])
    t.match(text, new RegExp(`^10\\.1\\.2\\.3:60161 +proven +${word} `, "m"));
  t.end();
});
