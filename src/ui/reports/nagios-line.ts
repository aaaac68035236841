import { counted } from "../../formats/text/counted.js";
import { isSigned } from "../../pkcs11/proven.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { isError, messageWithDetail } from "../../problem/problem.js";
import { cleanLine } from "../text/clean-text.js";
import type { MemberState, Observation } from "./observation.js";
import type { VerifyVerdict } from "./report-json.js";
import { dayMs } from "../../formats/units.js";

/** Exit codes of a plugin, by the name of the state (monitoring-plugins.org, Development Guidelines). */
const states = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: exitCodes.unknown } as const satisfies Readonly<
  Record<string, ExitCode>
>;

type State = keyof typeof states;

const stateOf: Readonly<Record<VerifyVerdict, State>> = {
  "as-wanted": "OK",
  drift: "WARNING",
  degraded: "WARNING",
  unreachable: "CRITICAL",
  failed: "CRITICAL",
};

const said: Readonly<Record<VerifyVerdict, string>> = {
  "as-wanted": "the host is as wanted",
  drift: "the host differs from its profile",
  degraded: "it works, but not with every member of its HA vectors",
  unreachable: "it cannot be reached",
  failed: "it does not work",
};

/** A certificate that expires in fewer days is a warning. */
export const fewDays = 30;

const mostWords = 500;

/** One line for Nagios, Icinga and what else runs their plugins, with performance data; and its exit code. */
export function nagiosLine(seen: Observation): { readonly line: string; readonly exitCode: ExitCode } {
  const state = stateNow(seen);
  const line = `KNETCTL ${state} - ${wordsOf(seen)} | ${performanceData(seen).join(" ")}`;
  return { line, exitCode: states[state] };
}

function stateNow({ verdict, problems, members, ended }: Observation): State {
  if (verdict === undefined) return "UNKNOWN";
  const state = stateOf[verdict];
  const isDoubtful = problems.some(isError) || endingSoon(members, ended).length > 0;
  return state === "OK" && isDoubtful ? "WARNING" : state;
}

function wordsOf({ verdict, problems, members, smoke: { tokens }, drift, ended }: Observation): string {
  const [first] = problems.filter(isError);
  const up = members.filter((member) => member.up).length;
  const signed = tokens.filter(({ proven }) => isSigned(proven)).length;
  const words = [
    verdict === undefined ? "verify could not be carried out" : said[verdict],
    ...(first === undefined ? [] : [messageWithDetail(first)]),
    ...(drift === undefined || drift === 0
      ? []
      : [drift === 1 ? "1 change pending" : `${drift} changes pending`]),
    ...(tokens.length === 0 ? [] : [`${signed} of ${tokens.length} tokens signed`]),
    ...(members.length === 0 ? [] : [`${up} of ${members.length} members up`]),
    ...endingSoon(members, ended).map(({ member, days }) =>
      days < 0
        ? `the certificate of ${member} has expired`
        : `the certificate of ${member} expires in ${counted(days, "day")}`,
    ),
  ];
  // what follows a bar is data, wherever it stands
  return cleanLine(words.join("; ")).replaceAll("|", "/").slice(0, mostWords);
}

function performanceData(seen: Observation): readonly string[] {
  const { members, ms, drift, ended } = seen;
  return [
    `time=${Math.round(ms) / 1000}s;;;0`,
    ...(drift === undefined ? [] : [`drift=${drift};0;;0`]),
    ...(members.length === 0
      ? []
      : [`members_down=${members.filter(({ up }) => !up).length};0;;0;${members.length}`]),
    ...daysLeft(members, ended).map(
      ({ member, days }) => `${quoted(`certificate_days ${member}`)}=${days};${fewDays}:;;0`,
    ),
  ];
}

function endingSoon(members: readonly MemberState[], now: Date) {
  return daysLeft(members, now).filter(({ days }) => days < fewDays);
}

/** An endpoint that two connections share is told once: a label must not occur twice. */
function daysLeft(members: readonly MemberState[], now: Date): readonly { member: string; days: number }[] {
  const ends = new Map(
    members.flatMap(({ member, certificateEnd }) =>
      certificateEnd === undefined ? [] : [[member, certificateEnd] as const],
    ),
  );
  return [...ends].map(([member, end]) => ({
    member,
    days: Math.floor((end.getTime() - now.getTime()) / dayMs),
  }));
}

/** A label may hold neither the sign that ends it nor a quote. */
function quoted(label: string): string {
  return `'${cleanLine(label).replace(/['=|]/g, "_")}'`;
}
