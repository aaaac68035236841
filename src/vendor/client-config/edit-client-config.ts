import { JsonEditor } from "../../formats/json/json-edit.js";
import { isList, type JsonData } from "../../formats/json/json-text.js";
import { type JsonNode, type JsonObject, parseJson } from "../../formats/json/json-tree.js";
import { Problem } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import {
  type ClientConfig,
  type ClientUser,
  defaultVerbosity,
  endpointsOf,
  spellingKey,
  memberOf,
  readClientConfig,
  readsAs,
  sameEndpoints,
  scalarsOf,
} from "./client-config.js";
import { connectionDifference, differences, shownName, unknownParts } from "./differences.js";
import type { ExistingText } from "./existing.js";
import {
  checkClientConfig,
  connectionData,
  endpointData,
  mismatch,
  userData,
} from "./render-client-config.js";

export interface EditedClientConfig {
  /** The given text, unchanged, if the client already reads from it what is wanted. */
  readonly text: string;
  /** What changes for the client, one line each. */
  readonly summary: readonly string[];
}

/**
 * An existing config.json, changed where the client would read something other than what is wanted, and
 * nowhere else: keys that knetctl does not know keep their bytes, new parts look like their surroundings.
 * Connections and users that are not wanted are removed. Throws `client-config-mismatch` rather than return
 * anything else.
 */
export async function editClientConfig(
  { text, root }: ExistingText,
  wanted: ClientConfig,
): Promise<EditedClientConfig> {
  const reading = readClientConfig(root);
  if (readsAs(reading, wanted)) return { text, summary: [] };
  const editor = new JsonEditor(text, root);
  editRoot(editor, root, wanted);
  const edited = editor.result();
  const before = unknownParts(text, root, wanted);
  const after = unknownParts(edited, await checkClientConfig(edited, wanted), wanted);
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw mismatch("keys that are not knetctl's would change");
  return { text: edited, summary: differences(reading, wanted) };
}

function editRoot(
  editor: JsonEditor,
  root: JsonObject,
  { connections, users, logVerbosity }: ClientConfig,
): void {
  const add = new Map<string, JsonData>();
  editSection(
    editor,
    root,
    "connections",
    { wanted: connections, data: connectionData, edit: editConnection },
    add,
  );
  editSection(editor, root, "users", { wanted: users, data: userData, edit: editUser }, add);
  const remove = new Set<string>();
  if (readClientConfig(root).logVerbosity !== (logVerbosity ?? defaultVerbosity)) {
    if (logVerbosity === undefined) remove.add("log_verbosity");
    else setScalar(editor, root, "log_verbosity", logVerbosity, add);
  }
  editor.changeMembers(root, { remove, add });
}

interface Section<T> {
  readonly wanted: ReadonlyMap<string, T>;
  readonly data: (value: T) => JsonData;
  readonly edit: (editor: JsonEditor, node: JsonObject, value: T) => void;
}

function editSection<T>(
  editor: JsonEditor,
  root: JsonObject,
  key: string,
  { wanted, data, edit }: Section<T>,
  addToRoot: Map<string, JsonData>,
): void {
  const section = memberOf(root, key);
  if (section?.kind !== "object") {
    const whole = new Map([...wanted].map(([name, value]) => [name, data(value)]));
    if (section === undefined) addToRoot.set(key, whole);
    else editor.replace(section, whole);
    return;
  }
  const remove = new Set([...section.members.keys()].filter((name) => !wanted.has(name)));
  const add = new Map<string, JsonData>();
  for (const [name, value] of wanted) {
    const node = section.members.get(name)?.value;
    if (node === undefined) add.set(name, data(value));
    else if (node.kind === "object") edit(editor, node, value);
    else editor.replace(node, data(value));
  }
  editor.changeMembers(section, { remove, add });
}

/** Gives a connection its endpoints; addresses and ports that it already has keep their notation. */
function editConnection(editor: JsonEditor, node: JsonObject, endpoints: readonly Endpoint[]): void {
  const before = endpointsOf(node);
  if (sameEndpoints(before, endpoints)) return;
  const add = new Map<string, JsonData>();
  // the first spelling of each, looked up: a vector may have a thousand endpoints
  const spellings = new Map(before?.toReversed().map((endpoint) => [spellingKey(endpoint), endpoint]));
  const asSpelt = endpoints.map((endpoint) => spellings.get(spellingKey(endpoint)) ?? endpoint);
  for (const [key, data] of Object.entries(endpointData(asSpelt, portWriter(node)))) {
    const existing = memberOf(node, key);
    if (existing === undefined) add.set(key, data);
    else if (!holds(existing, data)) editor.replace(existing, data);
  }
  editor.changeMembers(node, { remove: new Set(), add });
}

/**
 * Endpoints keep the notation of their port, and new ones get the notation of all others; the document uses
 * strings.
 */
function portWriter(connection: JsonObject): (endpoint: Endpoint) => string | number {
  const ports = scalarsOf(memberOf(connection, "port")) ?? [];
  const numbers = ports.length > 0 && ports.every((port) => typeof port === "number");
  const style = new Map(
    endpointsOf(connection)?.map((endpoint, index) => [
      JSON.stringify([endpoint.ip, endpoint.port]),
      typeof ports[index],
    ]),
  );
  return ({ ip, port }) =>
    (style.get(JSON.stringify([ip, port])) ?? (numbers ? "number" : "string")) === "number"
      ? port
      : String(port);
}

function editUser(
  editor: JsonEditor,
  node: JsonObject,
  { authenticationType, connection }: ClientUser,
): void {
  const add = new Map<string, JsonData>();
  setScalar(editor, node, "authentication_type", authenticationType, add);
  setScalar(editor, node, "connection", connection, add);
  editor.changeMembers(node, { remove: new Set(), add });
}

function setScalar(
  editor: JsonEditor,
  object: JsonObject,
  key: string,
  value: string,
  add: Map<string, JsonData>,
): void {
  const existing = memberOf(object, key);
  if (existing === undefined) add.set(key, value);
  else if (!holds(existing, value)) editor.replace(existing, value);
}

/** Whether the node is this scalar, or a vector of these. */
function holds(node: JsonNode, data: JsonData): boolean {
  if (isList(data))
    return (
      node.kind === "array" &&
      node.items.length === data.length &&
      node.items.every((item, index) => holds(item, data[index] ?? null))
    );
  return node.kind === "scalar" && node.value === data;
}

/**
 * An existing config.json in which one connection has these endpoints, and every byte outside its ip and port
 * is unchanged, even if a profile could not express the rest. Throws `ha-connection-unknown`, and
 * `client-config-mismatch` rather than return anything else.
 */
export function editedConnection(
  { text, root }: ExistingText,
  name: string,
  endpoints: readonly Endpoint[],
): EditedClientConfig {
  const node = connectionIn(root, name);
  if (node === undefined)
    throw new Problem("ha-connection-unknown", `config.json has no connection ${quotedName(name)}`, {
      hint: "knetctl ha list shows the connections that it has",
    });
  const before = endpointsOf(node);
  if (sameEndpoints(before, endpoints)) return { text, summary: [] };
  const editor = new JsonEditor(text, root);
  if (node.kind === "object") editConnection(editor, node, endpoints);
  else editor.replace(node, connectionData(endpoints));
  const edited = editor.result();
  checkConnection(text, node, edited, { name, endpoints });
  return {
    text: edited,
    summary: [`connection ${shownName(name)}: ${connectionDifference(before, endpoints) ?? ""}`],
  };
}

function connectionIn(root: JsonNode, name: string): JsonNode | undefined {
  return memberOf(memberOf(root, "connections"), name);
}

function checkConnection(
  text: string,
  node: JsonNode,
  edited: string,
  { name, endpoints }: { readonly name: string; readonly endpoints: readonly Endpoint[] },
): void {
  const parsed = parseJson(edited);
  const now = "root" in parsed ? connectionIn(parsed.root, name) : undefined;
  if (now === undefined || !sameEndpoints(endpointsOf(now), endpoints))
    throw mismatch("the client would read endpoints other than those requested");
  const isSameAround =
    text.slice(0, node.start) === edited.slice(0, now.start) &&
    text.slice(node.end) === edited.slice(now.end);
  if (!isSameAround || others(text, node) !== others(edited, now))
    throw mismatch("more than the connection's ip and port would change");
}

/** The connection's keys that are not knetctl's, to the byte. */
function others(text: string, node: JsonNode): string {
  if (node.kind !== "object") return "";
  return [...node.members.values()]
    .filter(({ name }) => name !== "ip" && name !== "port")
    .map(({ key, value }) => text.slice(key.start, value.end))
    .join("\n");
}
