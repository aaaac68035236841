import type { Problem } from "../../../problem/problem.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Style } from "../../../ui/terminal/output.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import { checkOf, type Checked, findingOf, problemChecks } from "../../../ui/checks/checked.js";
import { type Column, table } from "../../../ui/text/table.js";
import { isGood, type Probed } from "../../../vhsm/probe/probe-all.js";

/**
 * One line for each endpoint: whether it is right, how long it took, what it speaks, and how it identifies
 * itself.
 */
export function probeTable(probed: readonly Probed[], style: Style): string {
  const columns: readonly Column[] = [
    { title: "connection" },
    { title: "endpoint" },
    { title: "result", paint: (cell) => painted(cell, style) },
    { title: "connect ms", align: "right" },
    { title: "TLS ms", align: "right" },
    { title: "answer ms", align: "right" },
    { title: "protocol" },
    { title: "speaks" },
    { title: "server" },
  ];
  return shownTable(probed.map(cells), columns, style);
}

function cells(one: Probed): readonly string[] {
  const { target, connectMs, tlsMs, answerMs, protocol = "", speaks = "", vendor = "" } = one.report;
  return [
    one.connection ?? "",
    endpointText(target),
    result(one),
    time(connectMs),
    time(tlsMs),
    time(answerMs),
    protocol,
    speaks,
    short(vendor),
  ];
}

/** "ok", or the first problem's code without its area; a warning has a question mark. */
function result(one: Probed): string {
  const [problem] = one.problems.toSorted(
    (a, b) => Number(b.severity === "error") - Number(a.severity === "error"),
  );
  if (problem === undefined) return "ok";
  const word = problem.code.replace(/^endpoint-/, "");
  return isGood(one) ? `ok (${word})` : word;
}

/**
 * Certificates in full, with the ciphers, for pinning and for renewal in time; undefined if no endpoint
 * showed one.
 */
export function certificateTable(probed: readonly Probed[], style: Style): string | undefined {
  const rows = probed.flatMap(({ report: { target, certificate, cipher = "" } }) =>
    certificate === undefined
      ? []
      : [
          [
            endpointText(target),
            short(certificate.subject),
            short(certificate.names.join(", ")),
            day(certificate.notBefore),
            day(certificate.notAfter),
            cipher,
            certificate.fingerprint,
          ],
        ],
  );
  const columns = [
    { title: "endpoint" },
    { title: "certificate" },
    { title: "names" },
    { title: "not before" },
    { title: "not after" },
    { title: "cipher" },
    { title: "SHA-256" },
  ];
  return rows.length === 0 ? undefined : shownTable(rows, columns, style);
}

/** A problem in one line, for a display that is redrawn again and again. */
export function problemLines(probed: readonly Probed[], style: Style): readonly string[] {
  return probed.flatMap(({ report, problems }) =>
    problems.map(({ severity, message, detail }) => {
      const text = cleanLine(
        `${endpointText(report.target)}: ${message}${detail === undefined ? "" : ` (${detail})`}`,
      );
      return severity === "error" ? style.red(text) : style.yellow(text);
    }),
  );
}

function shownTable(rows: readonly (readonly string[])[], columns: readonly Column[], style: Style): string {
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [style.dim(titles), ...lines].join("\n");
}

function painted(cell: string, style: Style): string {
  if (cell.trim() === "ok") return style.green(cell);
  return cell.startsWith("ok") ? style.yellow(cell) : style.red(cell);
}

function time(ms: number | undefined): string {
  return ms === undefined ? "" : ms.toFixed(1);
}

function day(iso = ""): string {
  return iso.slice(0, iso.indexOf("T"));
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

export interface Round {
  readonly probed: readonly Probed[];
  /** Problems of connections whose endpoints cannot be determined, and of the profile. */
  readonly problems: readonly Problem[];
  /** Milliseconds for all endpoints. */
  readonly ms: number;
  readonly began: Date;
}

/** The document of `ha probe --json`, and a line of its `--watch`. Schema: schemas/report.schema.json. */
export function probeJson({ probed, problems, ms, began }: Round): object {
  return { at: began.toISOString(), ms: rounded(ms), endpoints: probed.map(endpointJson), problems };
}

/** An endpoint is a check. */
export function probeChecked({ probed, problems }: Round): Checked {
  return {
    checks: [
      ...probed.map(({ connection, report, problems: found }) =>
        checkOf(
          {
            group: connection === undefined ? "endpoint" : `connection ${connection}`,
            name: endpointText(report.target),
            ms: report.answerMs ?? report.tlsMs ?? report.connectMs ?? 0,
          },
          found.map(findingOf),
        ),
      ),
      ...problemChecks(problems),
    ],
    findings: [...probed.flatMap((one) => one.problems), ...problems].map(findingOf),
  };
}

function endpointJson(one: Probed): object {
  const {
    target,
    address,
    connectMs,
    tlsMs,
    answerMs,
    speaks,
    protocol,
    cipher,
    certificate,
    vendor,
    kmipVersion,
    serverInformation,
  } = one.report;
  return {
    ...(one.connection !== undefined && { connection: one.connection }),
    ip: target.ip,
    port: target.port,
    ...(address !== undefined && { address }),
    ok: isGood(one),
    ...(connectMs !== undefined && { connectMs: rounded(connectMs) }),
    ...(tlsMs !== undefined && { tlsMs: rounded(tlsMs) }),
    ...(answerMs !== undefined && { answerMs: rounded(answerMs) }),
    speaks,
    protocol,
    cipher,
    certificate,
    vendor,
    kmipVersion,
    serverInformation,
    problems: one.problems,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
