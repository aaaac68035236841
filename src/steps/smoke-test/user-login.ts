import type { TokenTestRequest } from "../../pkcs11/test-token.js";
import { endpointText, type Profile, type User } from "../../profile/types.js";
import { clientModule } from "../../vendor/client.js";

/** The user's token, and how the client reaches it. */
export function loginAs(
  user: User,
  { connections }: Pick<Profile, "connections">,
): Pick<TokenTestRequest, "module" | "token" | "endpoints"> {
  const endpoints = connections.get(user.connection)?.endpoints.map(endpointText);
  return { module: clientModule, token: { label: user.name }, ...(endpoints && { endpoints }) };
}
