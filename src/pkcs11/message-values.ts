/** Looks at values from another process, of which nothing is known but that they are JSON's. */

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text, or an empty one for anything else. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value of a JSON text; undefined when it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** More than anything here is waited for: a day. */
const mostMs = 86_400_000;

/** A time in milliseconds; undefined for what is none, such as JSON's 1e999, which is infinite. */
export function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= mostMs ? value : undefined;
}
