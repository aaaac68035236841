import type { Host } from "../../host/host.js";
import { moduleName } from "../../host/archive/archive-contents.js";
import { loaderEntry, othersEntryNote } from "../../host/installer/loader-entry.js";
import { readReceipt } from "../../host/installer/receipt.js";
import type { Receipt } from "../../host/installer/receipt.js";
import { registrationOf } from "../../host/installer/registration.js";
import type { Registration } from "../../host/installer/registration.js";
import { needsPermission } from "../../problem/needs-permission.js";
import type { Problem } from "../../problem/problem.js";
import { observeDrift } from "./drift.js";
import type { Drift } from "./drift.js";

export interface ObservedModule {
  /** What knetctl installed last; undefined when nothing, or when it cannot be seen. */
  readonly receipt: Receipt | undefined;
  /** Why the receipt, or a recorded file, cannot be seen: this is not root. */
  readonly hidden: Problem | undefined;
  readonly drift: readonly Drift[];
  /** What others have written where the loader is to be told of the module. */
  readonly othersEntry: string | undefined;
  /** What the dynamic loader makes of the module's bare name. */
  readonly registration: Registration;
}

/** Looks at the installed module: receipt, recorded files, dynamic loader. */
export function observeModule(host: Host): ObservedModule {
  const { receipt, drift, hidden } = observeReceipt(host);
  return {
    receipt,
    drift,
    hidden,
    othersEntry: othersEntryNote(host.files().read(loaderEntry)?.toString("utf8")),
    registration: registrationOf(host.files(), moduleName, receipt?.library),
  };
}

function observeReceipt(host: Host): Pick<ObservedModule, "receipt" | "drift" | "hidden"> {
  let receipt: Receipt | undefined;
  try {
    receipt = readReceipt(host.files());
    return { receipt, hidden: undefined, drift: receipt === undefined ? [] : observeDrift(host, receipt) };
  } catch (error) {
    if (!needsPermission(error)) throw error;
    return { receipt, hidden: error, drift: [] };
  }
}
