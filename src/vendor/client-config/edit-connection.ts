import { JsonEditor } from "../../formats/json/json-edit.js";
import { type JsonNode, parseJson } from "../../formats/json/json-tree.js";
import { Problem } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import { connectionData, mismatch } from "./render.js";
import { connectionDifference, shownName } from "./differences.js";
import { editConnection, type EditedClientConfig } from "./edit.js";
import type { ExistingText } from "./existing.js";
import { endpointsOf, memberOf, sameEndpoints } from "./reading.js";

/**
 * An existing config.json in which one connection has these endpoints, and every byte outside of its ip and
 * port is as before; also where the rest is nothing that a profile could say. Throws `client-config-mismatch`
 * rather than return a text that is not exactly that, and `ha-connection-unknown`.
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
  check(text, node, edited, name, endpoints);
  return {
    text: edited,
    summary: [`connection ${shownName(name)}: ${connectionDifference(before, endpoints) ?? ""}`],
  };
}

function connectionIn(root: JsonNode, name: string): JsonNode | undefined {
  return memberOf(memberOf(root, "connections"), name);
}

function check(
  text: string,
  node: JsonNode,
  edited: string,
  name: string,
  endpoints: readonly Endpoint[],
): void {
  const parsed = parseJson(edited);
  const now = "root" in parsed ? connectionIn(parsed.root, name) : undefined;
  if (now === undefined || !sameEndpoints(endpointsOf(now), endpoints))
    throw mismatch("the client would read endpoints other than those asked for");
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
