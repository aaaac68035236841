import type { ErrorObject } from "ajv";
import { profile as validate } from "../../generated/validate-profile.js";
import type { Finding } from "../finding.js";
import { mayHoldSecret, quoted, quotedName, shownValue } from "../words/quote.js";
import {
  allowedBy,
  findPlace,
  foundText,
  parameterOf,
  type Place,
  propertiesOf,
  remedyFor,
  titleOf,
  valuesOf,
  wantedKinds,
} from "../words/schema-words.js";
import { hasMisspelt, nearest } from "../words/suggest.js";
import { toData, type TreeNode } from "../reading/tree.js";

/** The most schema errors that are explained: nobody reads more, and each takes time. */
const errorLimit = 10_000;

/** A profile has at least one of these. */
const content = ["connections", "users", "key_stores", "consumers"];

/**
 * What the schema finds wrong in a profile, one finding per mistake; undefined when the schema accepts it.
 */
export function schemaFindings(root: TreeNode): readonly Finding[] | undefined {
  if (validate(toData(root))) return undefined;
  const findings = new Map<object, Finding>();
  for (const error of (validate.errors ?? []).slice(0, errorLimit)) {
    if (isComposite(error)) continue;
    const place = findPlace(root, error.instancePath);
    if (isMisspelt(error, place.node)) continue;
    const finding = translate(error, place);
    // a missing key shares its place with other missing keys; anything else is reported once per place
    const identity = isMissing(error) ? finding : finding.anchor;
    if (!findings.has(identity)) findings.set(identity, finding);
  }
  return [...findings.values()];
}

/**
 * The schema's alternatives report one mistake once for each alternative; the checks report it once and
 * clearly. Only the alternatives at the top, which say what a profile may consist of, are reported here.
 */
function isComposite({ keyword, schemaPath, instancePath }: ErrorObject): boolean {
  if (keyword === "anyOf") return instancePath !== "";
  return (
    ["oneOf", "discriminator", "propertyNames"].includes(keyword) || /\/(anyOf|oneOf)\//.test(schemaPath)
  );
}

function isMissing({ keyword }: ErrorObject): boolean {
  return keyword === "required" || keyword === "dependentRequired";
}

/** A key that is "missing" because it is misspelt is one mistake, reported as an unknown key. */
function isMisspelt(error: ErrorObject, node: TreeNode): boolean {
  if (error.keyword === "anyOf") return content.some((key) => hasMisspelt(node, key, content));
  if (!isMissing(error)) return false;
  return hasMisspelt(node, parameterOf(error, "missingProperty"), [...propertiesOf(error).keys()]);
}

function translate(error: ErrorObject, place: Place): Finding {
  if (error.propertyName !== undefined) return invalidName(error.propertyName, place, error);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(parameterOf(error, "additionalProperty"), place, error);
    case "anyOf":
      return nothingWanted(place);
    case "required":
    case "dependentRequired":
      return missingKey(parameterOf(error, "missingProperty"), place, error);
    case "type":
      return wrongType(place, error);
    default:
      return invalidValue(place, error);
  }
}

function unknownKey(key: string, { node, secret }: Place, error: ErrorObject): Finding {
  const known = [...propertiesOf(error).keys()];
  const near = nearest(key, known);
  const kind = titleOf(error);
  const shown =
    secret || mayHoldSecret(key) ? "not shown, since it may contain a PIN" : `found ${quoted(key)}`;
  return {
    code: "profile-key-unknown",
    title: kind === undefined ? "unknown key" : `unknown key of the ${kind}`,
    anchor: (node.kind === "map" && node.entries.get(key)) || node,
    detail: `${shown}; allowed: ${known.filter((name) => name !== "$schema").join(", ")}`,
    hint: near === undefined ? unknownKeyHint(kind) : `did you mean ${quoted(near)}?`,
  };
}

function unknownKeyHint(kind: string | undefined): string {
  if (kind?.endsWith("key store") === true || kind?.endsWith(" consumer") === true)
    return `remove it, or correct the type: a ${kind} does not have this key`;
  return "remove it; keys of config.json that knetctl does not know are kept there as they are";
}

function nothingWanted({ node }: Place): Finding {
  return {
    code: "profile-key-missing",
    title: "profile has neither connections and users nor key_stores",
    anchor: node,
    hint: "add connections and users for the kNET module, key_stores for the application, or all three",
  };
}

function missingKey(key: string, { owner, name, node }: Place, error: ErrorObject): Finding {
  const wanted = propertiesOf(error).get(key) ?? "";
  return {
    code: "profile-key-missing",
    title: `${key} is missing`,
    anchor: owner ?? node,
    ...(name !== undefined && { detail: `in ${quotedName(name)}` }),
    hint: wanted === "" ? `add ${key}` : `add ${key}: ${wanted}`,
  };
}

function wrongType({ node, name, secret }: Place, error: ErrorObject): Finding {
  const [kinds, called] = [wantedKinds(error), shownName(name)];
  const scalarWanted = !kinds.includes("a map") && !kinds.includes("a list");
  const value = scalarWanted && !secret && node.kind === "scalar" ? shownValue(node) : undefined;
  const isNumber = node.kind === "scalar" && typeof node.value === "number";
  const left = node.kind === "scalar" && node.value === null ? ", indented below its name" : "";
  const needsQuotes = kinds.includes("text") && node.kind === "scalar" && node.value !== null;
  return {
    code: "profile-type-wrong",
    title: kinds.join() === "text" ? `${called} must be text` : `${called} must be ${kinds.join(" or ")}`,
    anchor: node,
    detail: foundText(node, value),
    hint: needsQuotes
      ? `put it in quotes, or it is read as ${isNumber ? "a number" : "a word"}`
      : `give ${allowedBy(error)}${kinds.includes("a map") ? left : ""}`,
  };
}

function invalidValue({ node, name, secret }: Place, error: ErrorObject): Finding {
  const empty =
    node.kind === "scalar"
      ? node.text === ""
      : (node.kind === "list" ? node.items.length : node.entries.size) === 0;
  const found = node.kind === "scalar" && !secret && !empty ? `found ${shownValue(node)}; ` : "";
  const near = node.kind === "scalar" && !secret ? nearest(node.text, valuesOf(error)) : undefined;
  return {
    code: "profile-value-invalid",
    title: `${shownName(name)} is ${empty ? "empty" : "not valid"}`,
    anchor: node,
    detail: `${found}allowed: ${allowedBy(error)}`,
    hint: near === undefined ? remedyFor(error) : `did you mean ${quoted(near)}?`,
  };
}

/** What a title calls the thing: its key, unquoted where that is a plain word. */
function shownName(name = "profile"): string {
  if (mayHoldSecret(name)) return "this value";
  return /^[\w.-]{1,60}$/.test(name.replace(/^item of /, "")) ? name : quoted(name);
}

function invalidName(key: string, { node }: Place, error: ErrorObject): Finding {
  return {
    code: "profile-name-invalid",
    title: "name is not valid",
    anchor: (node.kind === "map" && node.entries.get(key)) || node,
    detail: `found ${quotedName(key)}; allowed: ${allowedBy(error)}`,
    hint: "choose another name",
  };
}
