import type { JsonData } from "../../formats/json/json-text.js";
import { type JsonObject, parseJson } from "../../formats/json/json-tree.js";
import { renderTemplate } from "../../formats/template.js";
import { thisProgram } from "../../problem/internal-error.js";
import { Problem } from "../../problem/problem.js";
import type { Endpoint, Profile } from "../../profile/types.js";
import { type ClientConfig, type ClientUser, readClientConfig, readsAs } from "./client-config.js";

/** The client configuration that the profile asks for. */
export function wantedClientConfig({
  connections,
  users,
  logVerbosity,
}: Pick<Profile, "connections" | "users" | "logVerbosity">): ClientConfig {
  return {
    connections: new Map([...connections].map(([name, { endpoints }]) => [name, endpoints])),
    users: new Map(
      [...users].map(([name, { connection, authenticationType }]) => [
        name,
        { connection, authenticationType },
      ]),
    ),
    ...(logVerbosity !== undefined && { logVerbosity }),
  };
}

/**
 * The values of the keys `ip` and `port`: scalars for one endpoint, vectors of the same length for more.
 * `portOf`: how a port is written; by default as text.
 */
export function endpointData(
  endpoints: readonly Endpoint[],
  portOf: (endpoint: Endpoint) => string | number = ({ port }) => String(port),
) {
  return { ip: oneOrMore(endpoints.map(({ ip }) => ip)), port: oneOrMore(endpoints.map(portOf)) };
}

/** A connection as config.json holds it, keys in the document's order. */
export function connectionData(endpoints: readonly Endpoint[]): ReadonlyMap<string, JsonData> {
  return new Map(Object.entries(endpointData(endpoints)));
}

/** A user as config.json holds it, keys in the document's order. */
export function userData({ authenticationType, connection }: ClientUser): ReadonlyMap<string, JsonData> {
  return new Map([
    ["authentication_type", authenticationType],
    ["connection", connection],
  ]);
}

function oneOrMore<T>(values: readonly T[]): T | readonly T[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

/**
 * The last check of a config.json before anything may use it: parsed again, it must tell the client what is
 * wanted and satisfy schemas/client-config.schema.json. Returns its tree; throws a Problem
 * (`client-config-mismatch`) otherwise.
 */
export async function checkClientConfig(text: string, wanted: ClientConfig): Promise<JsonObject> {
  const parsed = parseJson(text);
  if ("faults" in parsed) throw mismatch(`it is not JSON: ${parsed.faults[0].reason}`);
  if (parsed.root.kind !== "object") throw mismatch("it is not a JSON object");
  if (!readsAs(readClientConfig(parsed.root), wanted))
    throw mismatch("the client would read something other than what the profile says");
  const { clientConfig } = await import("../../generated/validate-client-config.js");
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
  if (!clientConfig(value)) {
    const [first] = clientConfig.errors ?? [];
    throw mismatch(`it does not satisfy the schema: ${first?.schemaPath ?? "unknown rule"}`);
  }
  return parsed.root;
}

/** An internal error, found before it could do harm. */
export function mismatch(detail: string): Problem {
  return new Problem(
    "client-config-mismatch",
    `internal error in ${thisProgram}: the config.json it made is not the one that is wanted`,
    {
      detail,
      hint: "nothing was written; please report this, with the profile",
    },
  );
}

/**
 * A new config.json in the shapes of the vendor's document: one endpoint as scalars, more as vectors, ports
 * as strings. It has been checked (`checkClientConfig`) when this returns.
 */
export async function renderClientConfig(config: ClientConfig): Promise<string> {
  const text = await renderTemplate("config.json", {
    connections: [...config.connections].map(([name, endpoints]) => ({ name, ...endpointData(endpoints) })),
    users: [...config.users].map(([name, user]) => ({ name, ...user })),
    logVerbosity: config.logVerbosity ?? null,
  });
  await checkClientConfig(text, config);
  return text;
}
