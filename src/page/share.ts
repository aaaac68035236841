import { isList, type JsonData, jsonText } from "../formats/json/json-text.js";
import { valueWithoutUrlSecrets, withoutUrlSecrets } from "../problem/without-url-secrets.js";
import { readProfile } from "../profile/reading/read-profile.js";
import { holdsSecret } from "../profile/words/quote.js";
import { dataOf, type DataMap, isMap, type Path } from "./data.js";

const layout = { eol: "\n", unit: "", colon: ":", gap: "", multiline: false } as const;
const mark = "profile=";

/**
 * What of a page's address says what is in the form; a browser keeps addresses, and people send them on.
 * Left out are `hidden` places, and whatever else may hold a secret: a text or name that assigns one, and a
 * URL with a password or query.
 */
export function fragmentOf(data: DataMap, hidden: readonly Path[]): string {
  const rest = shared(data, [], new Set(hidden.map(placeOf))) ?? new Map<string, JsonData>();
  const bytes = new TextEncoder().encode(jsonText(rest, layout, undefined));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return mark + text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const placeOf = (path: Path): string => JSON.stringify(path);

function shared(data: JsonData, path: Path, hidden: ReadonlySet<string>): JsonData | undefined {
  if (hidden.has(placeOf(path)) || mayBeSecret(path.at(-1)) || mayBeSecret(data)) return undefined;
  if (isMap(data))
    return new Map(
      [...data].flatMap(([key, value]) => {
        const kept = shared(value, [...path, key], hidden);
        return kept === undefined ? [] : [[key, kept]];
      }),
    );
  return isList(data) ? data.flatMap((item, at) => shared(item, [...path, at], hidden) ?? []) : data;
}

function mayBeSecret(text: JsonData | undefined): boolean {
  if (typeof text !== "string") return false;
  return holdsSecret(text) || withoutUrlSecrets(valueWithoutUrlSecrets(text)) !== text;
}

/** The data in a page's address, without its `#`; undefined: there is none; "broken": it is not whole. */
export async function dataIn(fragment: string): Promise<DataMap | "broken" | undefined> {
  if (fragment === "") return undefined;
  const text = /^profile=([\w-]+)$/.exec(fragment)?.[1];
  if (text === undefined) return "broken";
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (unit) =>
      unit.charCodeAt(0),
    );
    const reading = await readProfile(bytes, "address.json");
    if (!("document" in reading)) return "broken";
    const data = dataOf(reading.document.root);
    return isMap(data) && reading.document.findings.length === 0 ? data : "broken";
  } catch {
    // bytes that are not text, and text that is not base64
    return "broken";
  }
}
