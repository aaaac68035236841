import { renderTemplate } from "../../formats/template.js";
import { checkClientConfig, endpointData } from "./data.js";
import type { ClientConfig } from "./wanted.js";

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
