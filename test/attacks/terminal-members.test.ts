import { test } from "tap";
import { Problem } from "../../src/problem/problem.js";
import { decodeMessage } from "../../src/pkcs11/protocol.js";
import type { DrillResult } from "../../src/members/drill.js";
import type { ConnectionProof } from "../../src/members/prove-members.js";
import {
  certificateTable,
  probeJson,
  probeTable,
  type Round,
} from "../../src/commands/ha/probe/probe-report.js";
import { watchPicture } from "../../src/commands/ha/probe/watch.js";
import { drillJson, drillTable, drillVerdict, type DrillReport } from "../../src/ui/reports/drill-report.js";
import { proofJson, proofText } from "../../src/ui/reports/members-report.js";
import { smokeReportText, unsignedText } from "../../src/ui/reports/smoke-report-text.js";
import { mermaid, topology, type Connection } from "../../src/ui/reports/topology.js";
import type { TokenReport } from "../../src/pkcs11/report.js";
import { evil, harmless } from "../support/forged-text.js";

test("a token: label, serial number, manufacturer, and forged messages of the worker", async (t) => {
  const token: TokenReport = {
    label: "l",
    serial: "s",
    manufacturer: "m",
    proven: "nothing",
    keys: [{ label: "k", id: "01" }],
    checks: [{ id: "login", status: "fail", ms: 1, detail: "d", ckr: "CKR", hint: "h" }],
  };
  harmless(t, token, (output, bad) => {
    output.result(smokeReportText({ tokens: [bad] }, output.style));
  });
  harmless(
    t,
    token,
    (output, bad) => {
      output.document({ tokens: [bad] });
    },
    true,
  );
  for (const id of [`login${evil}`, "toString", "login"]) {
    const message = JSON.stringify({ type: "end", result: { id, status: "pass", ms: 1 } });
    const isKnown = decodeMessage("nonce", `nonce${message}`) !== undefined;
    t.equal(isKnown, id === "login", "no check of another name is reported");
  }
  harmless(t, ["why"], (output, skipped) => {
    output.result(unsignedText({ tokens: [], skipped: skipped.map((text) => ({ reason: "root", text })) }));
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
    const report = { ...bad, result: { ...bad.result, verdict: result.verdict } };
    output.result(drillTable(report, output.style));
    output.result(drillVerdict(report, output.style));
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
