/**
 * The tags of KMIP 1.4 (9.1.3.1) that a Query and its answer consist of, by their names in the JSON encoding.
 */
export const tagNumbers = {
  Authentication: 0x42000c,
  BatchCount: 0x42000d,
  BatchItem: 0x42000f,
  Credential: 0x420023,
  CredentialType: 0x420024,
  CredentialValue: 0x420025,
  CriticalityIndicator: 0x420026,
  MessageExtension: 0x420051,
  ObjectType: 0x420057,
  Operation: 0x42005c,
  ProtocolVersion: 0x420069,
  ProtocolVersionMajor: 0x42006a,
  ProtocolVersionMinor: 0x42006b,
  QueryFunction: 0x420074,
  RequestHeader: 0x420077,
  RequestMessage: 0x420078,
  RequestPayload: 0x420079,
  ResponseHeader: 0x42007a,
  ResponseMessage: 0x42007b,
  ResponsePayload: 0x42007c,
  ResultMessage: 0x42007d,
  ResultReason: 0x42007e,
  ResultStatus: 0x42007f,
  ServerInformation: 0x420088,
  TimeStamp: 0x420092,
  UniqueBatchItemID: 0x420093,
  Username: 0x420099,
  VendorExtension: 0x42009c,
  VendorIdentification: 0x42009d,
  Password: 0x4200a1,
} as const;

export type TagName = keyof typeof tagNumbers;

/** Values of the enumerations (KMIP 1.4, 9.1.3.2) that these tags carry. */
export const enumerations = {
  CredentialType: { UsernameAndPassword: 1 },
  Operation: { Query: 0x18 },
  QueryFunction: { QueryOperations: 1, QueryObjects: 2, QueryServerInformation: 3 },
  ResultStatus: { Success: 0, OperationFailed: 1 },
  ResultReason: {
    AuthenticationNotSuccessful: 3,
    InvalidMessage: 4,
    OperationNotSupported: 5,
    MissingData: 6,
    PermissionDenied: 0xc,
    GeneralFailure: 0x100,
  },
} as const;

const namesByNumber = new Map<number, string>(
  Object.entries(tagNumbers).map(([name, number]) => [number, name]),
);
const numbersByName = new Map<string, number>(Object.entries(tagNumbers));
const valuesByTag = new Map<number, ReadonlyMap<string, number>>(
  Object.entries(enumerations).map(([tag, values]) => [
    numbersByName.get(tag) ?? 0,
    new Map(Object.entries(values)),
  ]),
);

export function nameOfTag(number: number): string | undefined {
  return namesByNumber.get(number);
}

export function tagOfName(name: string): number | undefined {
  return numbersByName.get(name);
}

/** The name of an enumeration's value under this tag, if it is one of those above. */
export function nameOfValue(tag: number, value: number): string | undefined {
  return [...(valuesByTag.get(tag) ?? [])].find(([, number]) => number === value)?.[0];
}

export function valueOfName(tag: number, name: string): number | undefined {
  return valuesByTag.get(tag)?.get(name);
}
