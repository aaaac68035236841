import { isRecord } from "../../formats/json/json-values.js";
import { Problem } from "../../problem/problem.js";
import { quotedName } from "../words/quote.js";
import { textWithEndpoints, type EndpointOrder } from "./edit-endpoints.js";
import { readProfile, type ProfileReading } from "../reading/read-profile.js";
import { toData } from "../reading/tree.js";

/** A valid profile: its bytes, and what was read from them. */
export interface ProfileText {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly reading: ProfileReading;
}

/** A profile's text before and after, to the byte, and the profile that the new text contains. */
export interface EditedProfileText {
  readonly before: string;
  readonly text: string;
  readonly reading: ProfileReading;
}

/**
 * A valid profile in which one connection has other endpoints, in that order; comments, layout and everything
 * else stay. Throws `ha-profile-form` rather than return a text that says anything else.
 */
export async function editProfile(
  { name, bytes, reading }: ProfileText,
  connection: string,
  order: EndpointOrder,
): Promise<EditedProfileText> {
  const before = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const old = said(reading, connection);
  if (order.length === old?.endpoints.length && order.every((item, index) => item === index))
    return { before, text: before, reading };
  const mark = before.startsWith("\uFEFF") ? "\uFEFF" : "";
  const edited = await textWithEndpoints(before.slice(mark.length), connection, order);
  if (old === undefined || edited === undefined) throw unknownForm(name, connection);
  const text = mark + edited;
  const read = await readProfile(Buffer.from(text), name);
  if (!isAsWanted(old, said(read, connection), order)) throw unknownForm(name, connection);
  return { before, text, reading: read };
}

interface Said {
  readonly endpoints: readonly Readonly<Record<string, unknown>>[];
  /** Everything else, as JSON. */
  readonly others: string;
}

/** Whether the endpoints are those, and everything else still says the same. */
function isAsWanted(old: Said, now: Said | undefined, order: EndpointOrder): boolean {
  const wanted = order.map((item) => (typeof item === "number" ? old.endpoints[item] : item));
  return (
    old.others === now?.others &&
    JSON.stringify(wanted.map(plain)) === JSON.stringify(now.endpoints.map(plain))
  );
}

function said(reading: ProfileReading, connection: string): Said | undefined {
  if (!("document" in reading) || reading.document.findings.length > 0) return undefined;
  const data = toData(reading.document.root);
  const node = memberOf(memberOf(data, "connections"), connection);
  const form = memberOf(node, "endpoints");
  const endpoints =
    form === undefined ? pairs(listOf(memberOf(node, "ip")), listOf(memberOf(node, "port"))) : listOf(form);
  const others = JSON.stringify(data, (_, value: unknown) =>
    value === node ? withoutEndpoints(node) : value,
  );
  return { endpoints: endpoints.filter(isRecord), others };
}

function withoutEndpoints(node: unknown): unknown {
  return isRecord(node)
    ? Object.entries(node).filter(([key]) => key !== "endpoints" && key !== "ip" && key !== "port")
    : node;
}

function pairs(ips: readonly unknown[], ports: readonly unknown[]): readonly unknown[] {
  return ips.map((ip, index) => ({ ip, port: ports[index] }));
}

function plain(
  endpoint: { readonly ip?: unknown; readonly port?: unknown; readonly fingerprint?: unknown } = {},
): unknown {
  const { ip, port, fingerprint } = endpoint;
  return [ip, Number(port), fingerprint];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function unknownForm(name: string, connection: string): Problem {
  return new Problem(
    "ha-profile-form",
    `the endpoints of connection ${quotedName(connection)} are written in a way that knetctl cannot edit`,
    {
      where: { path: name },
      detail: "the result would not say exactly what is wanted",
      hint:
        "write them as endpoints: with one { ip: …, port: … } on each line, or edit the profile by " +
        "hand and apply it",
    },
  );
}
