import { fieldsOf, parsedJson } from "../../formats/json/json-values.js";
import { hashBytes, saltBytes, type PinHash, type PinMark } from "./pin-hash.js";

/** A token, as far as it is known: before the module is loaded, by what it is chosen by. */
export interface TokenName {
  /** The file name of the module. */
  readonly module: string;
  readonly label?: string;
  readonly serial?: string;
  /** Once the token was found. */
  readonly manufacturer?: string;
  /**
   * The members of the vector through which the module reaches it, in order of preference. Left out: wherever
   * the module's own configuration leads.
   */
  readonly endpoints?: readonly string[];
}

/**
 * A PIN that a token refused, or may have. A first attempt that has begun leaves a mark; what keeps a PIN
 * from being sent is always a hash, which no other PIN has.
 */
export type RefusedPin = TokenName & {
  /** When, in ISO 8601 and UTC. */
  readonly at: string;
  /** So many attempts in a row began and had no answer. Absent: the token refused it. */
  readonly unanswered?: number;
} & (PinHash | PinMark);

/** The most that are remembered, and of one token: each may cost a slow hash at that token's next login. */
const [mostPins, mostOfToken] = [64, 8];

/** The longest label, serial number or address that is kept. */
const longestName = 200;
const mostEndpoints = 64;

/**
 * Whether what was refused there is refused here: it is the same token as far as both are known, and the
 * member that the client asks first is one of those that it was refused through. A member that
 * was tried alone says nothing about a vector that others answer first.
 */
export function isSameToken(known: TokenName, asked: TokenName): boolean {
  const { endpoints: [first] = [] } = asked;
  return (
    areNamedAlike(known, asked) &&
    (known.endpoints === undefined || first === undefined || known.endpoints.includes(first))
  );
}

/** Whether what is accepted here is so there: one of the members is the same. They share their users. */
export function sharesMember(known: TokenName, asked: TokenName): boolean {
  const { endpoints } = asked;
  return (
    areNamedAlike(known, asked) &&
    (endpoints === undefined || (known.endpoints ?? endpoints).some((one) => endpoints.includes(one)))
  );
}

/**
 * Two tokens that were found are one by their own names, whatever module led there, and how they were chosen;
 * before that, the module counts too. Members of a vector may give a user's token different serial numbers.
 */
export function areNamedAlike(known: TokenName, asked: TokenName): boolean {
  const found = known.manufacturer !== undefined && asked.manufacturer !== undefined;
  const throughMembers = known.endpoints !== undefined && asked.endpoints !== undefined;
  return (
    agree(known.label, asked.label) &&
    (agree(known.serial, asked.serial) || (found && throughMembers)) &&
    (found ? known.manufacturer === asked.manufacturer : known.module === asked.module)
  );
}

function agree(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** With one more, the last; the oldest are forgotten where there are too many. */
export function withRefused(pins: readonly RefusedPin[], pin: RefusedPin): readonly RefusedPin[] {
  const added = shortened(pin);
  const ofToken = pins.filter((one) => isSameToken(one, added)).slice(1 - mostOfToken);
  const kept = pins.filter((one) => !isSameToken(one, added) || ofToken.includes(one));
  return [...kept.slice(1 - mostPins), added];
}

/** With names as long as they are kept. */
export function shortened(pin: RefusedPin): RefusedPin {
  const { module, label, serial, manufacturer, endpoints, at, unanswered, salt } = pin;
  return {
    module: module.slice(0, longestName),
    ...(label !== undefined && { label: label.slice(0, longestName) }),
    ...(serial !== undefined && { serial: serial.slice(0, longestName) }),
    ...(manufacturer !== undefined && { manufacturer: manufacturer.slice(0, longestName) }),
    ...(endpoints && {
      endpoints: endpoints.slice(0, mostEndpoints).map((one) => one.slice(0, longestName)),
    }),
    at,
    ...(unanswered !== undefined && { unanswered }),
    salt,
    ...("mark" in pin ? { mark: pin.mark } : { scrypt: pin.scrypt }),
  };
}

/** The record as it is kept. */
export function recordText(pins: readonly RefusedPin[]): string {
  return `${JSON.stringify({ format: 1, refused: pins }, null, 1)}\n`;
}

/** What a record holds; undefined if it is not one. */
export function parseRecord(text: string): readonly RefusedPin[] | undefined {
  const { format, refused } = fieldsOf(parsedJson(text));
  if (format !== 1 || !Array.isArray(refused)) return undefined;
  const pins = refused.map(refusedPin);
  return pins.every((pin) => pin !== undefined) ? pins : undefined;
}

function refusedPin(json: unknown): RefusedPin | undefined {
  const { module, label, serial, manufacturer, endpoints, at, unanswered } = fieldsOf(json);
  if (typeof module !== "string" || !isText(label)) return undefined;
  if (!isText(serial) || !isText(manufacturer)) return undefined;
  if (unanswered !== undefined && (typeof unanswered !== "number" || unanswered < 1)) return undefined;
  if (endpoints !== undefined && !isTexts(endpoints)) return undefined;
  if (typeof at !== "string" || Number.isNaN(Date.parse(at))) return undefined;
  const remembered = rememberedPin(json);
  if (remembered === undefined) return undefined;
  return {
    module,
    ...(label !== undefined && { label }),
    ...(serial !== undefined && { serial }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(endpoints && { endpoints }),
    at,
    ...(unanswered !== undefined && { unanswered }),
    ...remembered,
  };
}

function rememberedPin(json: unknown): PinHash | PinMark | undefined {
  const { unanswered, salt, scrypt, mark } = fieldsOf(json);
  if (!isBase64(salt, saltBytes)) return undefined;
  if (isBase64(scrypt, hashBytes)) return { salt, scrypt };
  return scrypt === undefined && unanswered === 1 && isByte(mark) ? { salt, mark } : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isBase64(value: unknown, bytes: number): value is string {
  return typeof value === "string" && Buffer.from(value, "base64").length === bytes;
}
