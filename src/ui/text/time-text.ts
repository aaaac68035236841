/** ISO 8601 for people: "2026-11-23 21:10:50 UTC". */
export function timeText(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}
