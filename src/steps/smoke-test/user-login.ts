import type { TokenTestRequest } from "../../pkcs11/test-token.js";
import { endpointText, type Profile, type User } from "../../profile/types.js";
import { clientModule } from "../../vendor/client.js";

/** A token, and the module that leads to it. */
export type TestedToken = Pick<TokenTestRequest, "module" | "token" | "endpoints">;

/** The user's token, and how the client reaches it. */
export function loginAs(user: User, { connections }: Pick<Profile, "connections">): TestedToken {
  const endpoints = connections.get(user.connection)?.endpoints.map(endpointText);
  return { module: clientModule, token: { label: user.name }, ...(endpoints && { endpoints }) };
}
