import { isRecord } from "../formats/json/json-values.js";
import { type DrilledConnection, drillPicture } from "./drill-picture.js";
import { type ProbedMember, probePicture } from "./probe-picture.js";
import { type ProvenConnection, proofPicture } from "./proof-picture.js";

/**
 * The picture of a document of `ha probe`, `ha prove` or `ha drill --json`; undefined for any other data.
 * What a picture does not show is not looked at.
 */
export function reportPicture(report: unknown): string | undefined {
  if (isDrill(report)) return drillPicture(report);
  if (isProbe(report)) return probePicture(report.at, report.endpoints);
  return isProof(report) ? proofPicture(report.connections) : undefined;
}

/** What a value has to be: a kind of JavaScript, a list of such, or an object with such at these keys. */
type Form = "string" | "number" | "boolean" | readonly [Form] | { readonly [key: string]: Form | Optional };
interface Optional {
  readonly maybe: Form;
}

function fits(value: unknown, form: Form): boolean {
  if (typeof form === "string") return typeof value === form;
  if (isListForm(form)) return Array.isArray(value) && value.every((item) => fits(item, form[0]));
  if (!isRecord(value)) return false;
  const entries = new Map<string, unknown>(Object.entries(value));
  return Object.entries(form).every(([key, wanted]) =>
    isOptional(wanted)
      ? (entries.get(key) ?? null) === null || fits(entries.get(key), wanted.maybe)
      : fits(entries.get(key), wanted),
  );
}

function isListForm(form: Form): form is readonly [Form] {
  return Array.isArray(form);
}

function isOptional(form: Form | Optional): form is Optional {
  return typeof form === "object" && "maybe" in form;
}

const maybe = (form: Form): Optional => ({ maybe: form });
const endpoint: Form = { ip: "string", port: "number" };

function isDrill(report: unknown): report is DrilledConnection {
  return fits(report, {
    connection: "string",
    user: "string",
    simulated: "boolean",
    verdict: { outcome: "string", text: "string" },
    scenarios: [
      {
        title: "string",
        through: "boolean",
        endpoints: [endpoint],
        firstSignatureMs: maybe("number"),
        secondSignatureMs: maybe("number"),
        reason: maybe("string"),
      },
    ],
  });
}

function isProbe(report: unknown): report is { at: string; endpoints: readonly ProbedMember[] } {
  return fits(report, {
    at: "string",
    endpoints: [
      {
        ip: "string",
        port: "number",
        ok: "boolean",
        connection: maybe("string"),
        connectMs: maybe("number"),
        tlsMs: maybe("number"),
        answerMs: maybe("number"),
        speaks: maybe("string"),
        problems: [{ severity: "string", title: "string" }],
      },
    ],
  });
}

function isProof(report: unknown): report is { connections: readonly ProvenConnection[] } {
  return fits(report, {
    connections: [
      {
        connection: "string",
        members: [{ endpoint, tokens: [{ user: "string", result: "string", reason: maybe("string") }] }],
        comparisons: [
          {
            user: "string",
            members: ["string"],
            same: "number",
            complete: "boolean",
            differences: [{ kind: "string", label: "string", missing: ["string"] }],
          },
        ],
      },
    ],
  });
}
