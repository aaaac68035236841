import { type JsonData, jsonText } from "../formats/json/json-text.js";
import { readProfile } from "../profile/reading/read-profile.js";
import { dataOf, type DataMap, isMap, type Path, valueAt, without } from "./data.js";

const layout = { eol: "\n", unit: "", colon: ":", gap: "", multiline: false } as const;
const mark = "profile=";

/** What of a page's address says what is in the form; `literals`: places of what might be a secret. */
export function fragmentOf(data: DataMap, literals: readonly Path[]): string {
  const shared = literals.reduce<JsonData>((rest, path) => hidden(rest, path), data);
  const bytes = new TextEncoder().encode(jsonText(shared, layout, undefined));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return mark + text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function hidden(data: JsonData, path: Path): JsonData {
  return valueAt(data, path) === undefined ? data : without(data, path);
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
    // bytes that are no text, and text that is no base64
    return "broken";
  }
}
