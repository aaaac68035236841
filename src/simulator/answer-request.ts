import type { Secret } from "../problem/secret.js";
import type { KmipItem } from "../vhsm/kmip/item.js";
import {
  enumeration,
  integer,
  numberOf,
  part,
  parts,
  structure,
  tagNumber,
  text,
  textOf,
} from "../vhsm/kmip/item.js";
import { enumerations } from "../vhsm/kmip/tags.js";
import type { UserDirectory, UserState } from "./user-directory.js";
import { userStates } from "./user-directory.js";

/**
 * The state from which a member answers; the members of a cluster share it, except for the storage of those
 * that have separate keys.
 */
export interface ClusterState {
  readonly users: UserDirectory;
  /** By user name; includes the token's PIN. */
  readonly storage: ReadonlyMap<string, Storage>;
  /** The serial number of a user's token on this member. Absent: the client makes it from the user's name. */
  readonly serialOf?: (user: string) => string;
  /** Objects that end with their session are refused, as by a KMIP server that does not know any. */
  readonly refusesSessionObjects?: boolean;
  /** The longest modulus of RSA keys that are made. Absent: as long as SoftHSM makes it. */
  readonly mostRsaBits?: number | undefined;
}

type Reason = keyof typeof enumerations.ResultReason;

interface LogIn {
  readonly name: string;
  readonly right: boolean;
}

/**
 * Answers one request as a VHSM would: Query, with or without a password; everything else is refused, with a
 * reason.
 */
export function answerRequest(request: KmipItem, cluster: ClusterState): KmipItem {
  const header = part(request, "RequestHeader");
  const items = parts(request).filter(({ tag }) => tag === tagNumber("BatchItem"));
  if (request.tag !== tagNumber("RequestMessage") || header === undefined || items.length === 0)
    return response(4, [failure("InvalidMessage", "no request message")]);
  const minor = numberOf(part(header, "ProtocolVersion", "ProtocolVersionMinor")) ?? -1;
  if (numberOf(part(header, "ProtocolVersion", "ProtocolVersionMajor")) !== 1 || minor < 0 || minor > 4)
    return response(4, [failure("InvalidMessage", "protocol versions 1.0 to 1.4 are supported")]);
  const logIn = logInFrom(header, cluster.users);
  return response(
    minor,
    items.map((item) => answerItem(item, logIn, cluster)),
  );
}

/**
 * Undefined if the request carries no credential. A message counts as one attempt, however many items it has.
 */
function logInFrom(header: KmipItem, users: UserDirectory): LogIn | undefined {
  const credential = part(header, "Authentication", "Credential");
  if (part(header, "Authentication") === undefined) return undefined;
  const named =
    numberOf(part(credential, "CredentialType")) === enumerations.CredentialType.UsernameAndPassword;
  const name = textOf(part(credential, "CredentialValue", "Username"));
  const password = textOf(part(credential, "CredentialValue", "Password"));
  if (!named || name === undefined || password === undefined) return { name: name ?? "", right: false };
  return { name, right: users.logIn(name, password) };
}

function answerItem(item: KmipItem, logIn: LogIn | undefined, cluster: ClusterState): KmipItem {
  const extension = extensionFor(userAskedFor(item), logIn, cluster);
  const id = part(item, "UniqueBatchItemID");
  const operation = numberOf(part(item, "Operation"));
  const echoed = [
    ...(operation === undefined ? [] : [enumeration("Operation", operation)]),
    ...(id ? [id] : []),
  ];
  if (logIn !== undefined && !logIn.right)
    return failure("AuthenticationNotSuccessful", "the credential is not accepted", echoed, extension);
  if (operation !== enumerations.Operation.Query)
    return failure("OperationNotSupported", "the simulator answers only Query", echoed, extension);
  return structure(
    "BatchItem",
    ...echoed,
    enumeration("ResultStatus", enumerations.ResultStatus.Success),
    structure("ResponsePayload", ...queried(part(item, "RequestPayload"))),
    ...extension,
  );
}

function extensionFor(
  user: string | undefined,
  logIn: LogIn | undefined,
  { users, storage, serialOf, refusesSessionObjects = false, mostRsaBits }: ClusterState,
): KmipItem[] {
  if (user === undefined) return [];
  const state = users.state(user);
  const place = state === userStates.unknown ? undefined : storage.get(user);
  if (place === undefined) return [storageExtension(state, undefined)];
  const { folder, label } = place;
  const told = logIn?.right === true && logIn.name === user && state !== userStates.officer;
  const member = {
    ...(serialOf && { serial: serialOf(user) }),
    refusesSessionObjects,
    ...(mostRsaBits !== undefined && { mostRsaBits }),
  };
  return [storageExtension(state, { ...member, ...(told ? place : { folder, label }) })];
}

function queried(payload: KmipItem | undefined): KmipItem[] {
  const asked = new Set(parts(payload).map(numberOf));
  const { QueryOperations, QueryServerInformation } = enumerations.QueryFunction;
  return [
    ...(asked.has(QueryOperations) ? [enumeration("Operation", enumerations.Operation.Query)] : []),
    ...(asked.has(QueryServerInformation)
      ? [text("VendorIdentification", vendorIdentification), structure("ServerInformation")]
      : []),
  ];
}

function failure(
  reason: Reason,
  message: string,
  echoed: readonly KmipItem[] = [],
  extension: readonly KmipItem[] = [],
): KmipItem {
  return structure(
    "BatchItem",
    ...echoed,
    enumeration("ResultStatus", enumerations.ResultStatus.OperationFailed),
    enumeration("ResultReason", enumerations.ResultReason[reason]),
    text("ResultMessage", message),
    ...extension,
  );
}

function response(minor: number, items: readonly KmipItem[]): KmipItem {
  return structure(
    "ResponseMessage",
    structure(
      "ResponseHeader",
      structure(
        "ProtocolVersion",
        integer("ProtocolVersionMajor", 1),
        integer("ProtocolVersionMinor", minor),
      ),
      { tag: tagNumber("TimeStamp"), type: "DateTime", value: new Date() },
      integer("BatchCount", items.length),
    ),
    ...items,
  );
}

export const vendorIdentification = "KRYPTUS kNET HSM (simulated)";

/**
 * Vendor tags, in KMIP's range for extensions; the same numbers are in installers/simulator/module/kmip.c.
 */
const tags = {
  user: 0x540001,
  state: 0x540002,
  folder: 0x540003,
  label: 0x540004,
  pin: 0x540005,
  serial: 0x540006,
  noSessionObjects: 0x540007,
  mostRsaBits: 0x540008,
} as const;

/** Where a user's keys really are: a SoftHSM token in the cluster's token folder. */
export interface Storage {
  readonly folder: string;
  readonly label: string;
  /** The SoftHSM PIN; sent only after a correct password. */
  readonly pin?: Secret;
}

/** The user that the simulated client asks for in a request's vendor extension; other clients send none. */
export function userAskedFor(batchItem: KmipItem): string | undefined {
  return textOf(part(batchItem, "MessageExtension", "VendorExtension", tags.user));
}

/** The vendor extension of an answer: the user's status, and where its keys are. */
export function storageExtension(
  state: UserState,
  storage:
    | (Storage & Pick<ClusterState, "refusesSessionObjects" | "mostRsaBits"> & { readonly serial?: string })
    | undefined,
): KmipItem {
  return structure(
    "MessageExtension",
    text("VendorIdentification", vendorIdentification),
    { ...enumeration("CriticalityIndicator", 0), type: "Boolean", value: false },
    structure(
      "VendorExtension",
      enumeration(tags.state, state),
      ...(storage ? [text(tags.folder, storage.folder), text(tags.label, storage.label)] : []),
      ...(storage?.pin ? [text(tags.pin, storage.pin.reveal())] : []),
      ...(storage?.serial === undefined ? [] : [text(tags.serial, storage.serial)]),
      ...(storage?.refusesSessionObjects === true ? [enumeration(tags.noSessionObjects, 1)] : []),
      ...(storage?.mostRsaBits === undefined ? [] : [enumeration(tags.mostRsaBits, storage.mostRsaBits)]),
    ),
  );
}
