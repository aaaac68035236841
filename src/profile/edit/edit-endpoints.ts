import type * as Yaml from "yaml";
import type { Node, Scalar, YAMLMap } from "yaml";
import { type TextEdit, withEdits } from "../../formats/text/text-edit.js";
import { type ListItem, rearrangedList, withoutComments } from "../../formats/yaml-list.js";
import type { Endpoint } from "../types.js";

/** An endpoint that stays, by its index, or a new one. */
export type EndpointOrder = readonly (number | Endpoint)[];

type Guards = Pick<typeof Yaml, "isMap" | "isSeq" | "isScalar" | "isPair">;

/**
 * The text of a profile, YAML or JSON, in which the connection has these endpoints: only their lines change,
 * and comments move with their endpoint. Undefined for an unknown layout. The caller must read the text again
 * before using it.
 */
export async function textWithEndpoints(
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
export function endpointValue(value: string | number, { type }: Pick<Scalar, "type">): string {
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
