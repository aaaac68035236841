import type { Secret } from "../../problem/secret.js";
import { peerText } from "../peer-text.js";
import type { KmipItem } from "./item.js";
import {
  enumeration,
  integer,
  malformed,
  numberOf,
  part,
  structure,
  tagNumber,
  text,
  textOf,
} from "./item.js";
import { enumerations, nameOfValue, tagNumbers } from "./tags.js";

export interface Credential {
  readonly username: string;
  readonly password: Secret;
}

export interface QueryOptions {
  /** Sent in the header's Authentication; a Query needs none. */
  readonly credential?: Credential;
  /** The minor number of protocol version 1; VHSMs speak 1.3 and 1.4. Default 4. */
  readonly minor?: number;
}

/** A Query for the server information, which carries the vendor's identification (KMIP 1.4, 4.25). */
export function queryRequest({ credential, minor = 4 }: QueryOptions = {}): KmipItem {
  return structure(
    "RequestMessage",
    structure(
      "RequestHeader",
      structure(
        "ProtocolVersion",
        integer("ProtocolVersionMajor", 1),
        integer("ProtocolVersionMinor", minor),
      ),
      ...(credential ? [authentication(credential)] : []),
      integer("BatchCount", 1),
    ),
    structure(
      "BatchItem",
      enumeration("Operation", enumerations.Operation.Query),
      structure(
        "RequestPayload",
        enumeration("QueryFunction", enumerations.QueryFunction.QueryServerInformation),
      ),
    ),
  );
}

function authentication({ username, password }: Credential): KmipItem {
  return structure(
    "Authentication",
    structure(
      "Credential",
      enumeration("CredentialType", enumerations.CredentialType.UsernameAndPassword),
      structure("CredentialValue", text("Username", username), text("Password", password.reveal())),
    ),
  );
}

export interface QueryAnswer {
  readonly success: boolean;
  /** Name of the result reason, or its number in hexadecimal. Only on failure. */
  readonly reason?: string;
  readonly message?: string;
  /** What the server calls itself. */
  readonly vendor?: string;
  /** "1.4" */
  readonly protocol?: string;
  /** "Tag: value" for each part of the server information. */
  readonly serverInformation?: readonly string[];
}

/**
 * What the answer to `queryRequest` says, with texts that are safe to quote (peer-text.ts). Throws a Problem
 * (`kmip-malformed`) if it is not a response message.
 */
export function readQueryAnswer(response: KmipItem): QueryAnswer {
  const item = part(response, "BatchItem");
  const status = numberOf(part(item, "ResultStatus"));
  if (response.tag !== tagNumber("ResponseMessage") || status === undefined)
    throw malformed("no response with a result");
  const reason = numberOf(part(item, "ResultReason"));
  const message = textOf(part(item, "ResultMessage"));
  const vendor = textOf(part(item, "ResponsePayload", "VendorIdentification"));
  const version = part(response, "ResponseHeader", "ProtocolVersion");
  const major = numberOf(part(version, "ProtocolVersionMajor"));
  const minor = numberOf(part(version, "ProtocolVersionMinor"));
  return {
    success: status === enumerations.ResultStatus.Success,
    ...(reason !== undefined && {
      reason: nameOfValue(tagNumbers.ResultReason, reason) ?? `0x${reason.toString(16)}`,
    }),
    ...(message !== undefined && { message: peerText(message) }),
    ...(vendor !== undefined && { vendor: peerText(vendor) }),
    ...(major !== undefined && minor !== undefined && { protocol: `${major}.${minor}` }),
  };
}
