import { type Change, withKind } from "../../workflow/change.js";

/**
 * A change in the `--json` documents: `{"step","kind","path",…}`, the rest as its kind has it. Schema:
 * `$defs/change` of schemas/report.schema.json.
 */
export function changeJson(change: Change): Readonly<Record<string, unknown>> {
  const { step, kind, path } = change;
  return { step, kind, path, ...withKind(change, (itsKind, one) => itsKind.json(one)) };
}
