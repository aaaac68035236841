import type * as Yaml from "yaml";
import type { Node, Scalar, YAMLMap } from "yaml";
import { isRecord } from "../../formats/json/json-values.js";
import { type TextEdit, withEdits } from "../../formats/text/text-edit.js";
import { rearrangedList, type ListItem, withoutComments } from "../../formats/yaml-list.js";
import { Problem } from "../../problem/problem.js";
import { readProfile, type ProfileReading } from "../reading/read-profile.js";
import { toData } from "../reading/tree.js";
import type { Endpoint } from "../types.js";
import { quotedName } from "../words/quote.js";

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

/** An endpoint that stays, by its index, or a new one. */
export type EndpointOrder = readonly (number | Endpoint)[];

type Guards = Pick<typeof Yaml, "isMap" | "isSeq" | "isScalar" | "isPair">;

/**
 * The text of a profile, YAML or JSON, in which the connection has these endpoints: only their lines change,
 * and comments move with their endpoint. Undefined for an unknown layout. The caller must read the text again
 * before using it.
 */
async function textWithEndpoints(
  text: string,
  connection: string,
  order: EndpointOrder,
): Promise<string | undefined> {
  const yaml = await import("yaml");
  const document = yaml.parseDocument(text, {
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  const node: unknown = document.getIn(["connections", connection], true);
  if (document.errors.length > 0 || !yaml.isMap(node)) return undefined;
  const edits = node.has("endpoints")
    ? [pairsEdit(text, node.get("endpoints", true), order, yaml)]
    : (["ip", "port"] as const).map((key) => valuesEdit(text, node.get(key, true), key, order, yaml));
  const known = edits.flatMap((edit) => (edit === undefined ? [] : [edit]));
  return known.length === edits.length ? withEdits(text, known) : undefined;
}

/** A list of ip and port pairs. New ones are written like the first one. */
function pairsEdit(text: string, list: unknown, order: EndpointOrder, is: Guards): TextEdit | undefined {
  if (!is.isSeq(list)) return undefined;
  const [sample] = list.items;
  const write = is.isMap(sample) ? pairWriter(text, sample, is) : undefined;
  return (
    write &&
    rearrangedList(
      text,
      list,
      order.map((item) => (typeof item === "number" ? item : write(item))),
    )
  );
}

/** The client's own form: a single value, or a list, under each of two keys. */
function valuesEdit(
  text: string,
  node: unknown,
  key: keyof Endpoint & ("ip" | "port"),
  order: EndpointOrder,
  is: Guards,
): TextEdit | undefined {
  const sample = is.isSeq(node) ? node.items[0] : node;
  if (!is.isScalar(sample)) return undefined;
  const items = order.map((item): ListItem =>
    typeof item === "number" ? item : endpointValue(item[key], sample),
  );
  if (is.isSeq(node)) return rearrangedList(text, node, items);
  const [start, end] = spanOf(sample);
  const texts = items.map((item) => (typeof item === "number" ? text.slice(start, end) : item));
  return { start, end, text: texts.length === 1 ? texts.join("") : `[${texts.join(", ")}]` };
}

/** Writes an endpoint with the quotes, spaces and line breaks of an existing one. */
function pairWriter(text: string, sample: YAMLMap, is: Guards): ((endpoint: Endpoint) => string) | undefined {
  const parts = sample.items.flatMap(({ key, value }) => {
    const name = (["ip", "port"] as const).find((one) => is.isScalar(key) && key.value === one);
    return is.isScalar(key) && is.isScalar(value) && name !== undefined ? [{ name, key, value }] : [];
  });
  const pairs = sample.items.map(({ key, value }) =>
    is.isScalar(key) && is.isScalar(value) ? { start: spanOf(key)[0], end: spanOf(value)[1] } : undefined,
  );
  const [first, second] = pairs;
  const last = pairs.at(-1);
  if (parts.length !== 2 || first === undefined || second === undefined || last === undefined)
    return undefined;
  const [start, end] = spanOf(sample);
  const isFlow = sample.flow === true;
  const open = isFlow ? withoutComments(text.slice(start, first.start)) : "";
  const between = withoutComments(text.slice(first.end, second.start));
  const close = isFlow ? withoutComments(text.slice(last.end, end)) : "";
  const written = (endpoint: Endpoint): readonly string[] =>
    parts.map(
      ({ name, key, value }) =>
        withoutComments(text.slice(spanOf(key)[0], spanOf(value)[0])) + endpointValue(endpoint[name], value),
    );
  return (endpoint) => open + written(endpoint).join(between) + close;
}

function spanOf(node: Node | Scalar): readonly [start: number, end: number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

/**
 * An address or port as a scalar of YAML or JSON, quoted as `sample` is; an address that would read as
 * something else is quoted in any case.
 */
function endpointValue(value: string | number, { type }: Pick<Scalar, "type">): string {
  const text = String(value);
  if (type === "QUOTE_SINGLE") return `'${text}'`;
  if (type === "QUOTE_DOUBLE") return `"${text}"`;
  return typeof value === "number" || readsAsText(text) ? text : `"${text}"`;
}

/**
 * Needs no quotes in any context: an IPv4 address, or a name that YAML 1.1 or 1.2 does not read as a keyword
 * or number.
 */
function readsAsText(text: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return true;
  return /^[a-z][\w.-]*$/i.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
}
