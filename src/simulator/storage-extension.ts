import type { KmipItem } from "../vhsm/kmip/item.js";
import { enumeration, part, structure, text, textOf } from "../vhsm/kmip/item.js";
import type { Secret } from "../problem/secret.js";
import type { UserState } from "./user-directory.js";

export const vendorIdentification = "KRYPTUS kNET HSM (simulated)";

/**
 * Vendor tags, in KMIP's range for extensions; the same numbers stand in installers/simulator/module/kmip.c.
 */
const tags = { user: 0x540001, state: 0x540002, folder: 0x540003, label: 0x540004, pin: 0x540005 } as const;

/** Where a user's keys really are: a SoftHSM token in the cluster's token folder. */
export interface Storage {
  readonly folder: string;
  readonly label: string;
  /** The SoftHSM PIN; told after a right password only. */
  readonly pin?: Secret;
}

/** The user that the simulated client asks for in a request's vendor extension; other clients send none. */
export function userAskedFor(batchItem: KmipItem): string | undefined {
  return textOf(part(batchItem, "MessageExtension", "VendorExtension", tags.user));
}

/** The vendor extension of an answer: how the user stands, and where its keys are. */
export function storageExtension(state: UserState, storage: Storage | undefined): KmipItem {
  return structure(
    "MessageExtension",
    text("VendorIdentification", vendorIdentification),
    { ...enumeration("CriticalityIndicator", 0), type: "Boolean", value: false },
    structure(
      "VendorExtension",
      enumeration(tags.state, state),
      ...(storage ? [text(tags.folder, storage.folder), text(tags.label, storage.label)] : []),
      ...(storage?.pin ? [text(tags.pin, storage.pin.reveal())] : []),
    ),
  );
}
