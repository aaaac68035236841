import type { Host } from "../../host/host.js";
import type { RunResult } from "../../workflow/apply.js";
import { removeRecords } from "../../workflow/journal/without-records.js";
import type { Staging } from "../../workflow/staging.js";

/**
 * With `journal` false, removes from the image what knetctl remembers of the run, which then has no name.
 * What could not be put back needs its record: that stays.
 */
export async function withRecord(
  result: RunResult,
  { journal, host, staging }: { readonly journal: boolean; readonly host: Host; readonly staging: Staging },
): Promise<RunResult> {
  if (journal || (result.outcome === "failed" && result.run !== null)) return result;
  await staging.close();
  removeRecords(host);
  return { ...result, run: null };
}
