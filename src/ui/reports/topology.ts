import { endpointText } from "../../formats/text/endpoint-text.js";
import { cleanLine } from "../text/clean-text.js";

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

export interface Connection {
  readonly name: string;
  /** In order of preference; empty if they cannot be determined. */
  readonly endpoints: readonly Endpoint[];
  readonly users: readonly string[];
}

/** Which users log in through which connection, and its endpoints, as a tree. */
export function topology(connections: readonly Connection[]): string {
  return connections
    .flatMap(({ name, endpoints, users }) => [
      cleanLine(users.length === 0 ? "(no users)" : users.map(visible).join(", ")),
      `└─ ${cleanLine(visible(name))}`,
      ...(endpoints.length === 0 ? [`   └─ ${unknownEndpoints}`] : []),
      ...endpoints.map(
        (endpoint, index) =>
          `   ${index === endpoints.length - 1 ? "└" : "├"}─ ${index + 1}  ` +
          cleanLine(endpointText(endpoint)),
      ),
    ])
    .join("\n");
}

/** The same as a Mermaid flowchart; the first choice has a solid line, its alternatives have dotted ones. */
export function mermaid(connections: readonly Connection[]): string {
  const lines = connections.flatMap(({ name, endpoints, users }, number) => [
    `  c${number}["${label(name)}"]`,
    ...users.map((user, index) => `  u${number}_${index}(["${label(user)}"]) --> c${number}`),
    ...(endpoints.length === 0 ? [`  c${number} -.- e${number}["${unknownEndpoints}"]`] : []),
    ...endpoints.map(
      (endpoint, index) =>
        `  c${number} ${index === 0 ? "-->" : "-.->"}|${index + 1}| ` +
        `e${number}_${index}["${label(endpointText(endpoint))}"]`,
    ),
  ]);
  return ["flowchart LR", ...lines].join("\n");
}

const unknownEndpoints = "endpoints not known";

/** An empty name would not be visible. */
function visible(name: string): string {
  return name === "" ? '""' : name;
}

/**
 * Text in quotes, with Mermaid's special characters as its entities (its flowchart syntax, "Entity codes to
 * escape characters").
 */
function label(text: string): string {
  return cleanLine(visible(text)).replace(/[#"<>&`\\]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
