import type { Address } from "../../pkcs11/process/surroundings.js";
import type { TokenTestRequest } from "../../pkcs11/test-token.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Profile, User } from "../../profile/types.js";
import { clientModule } from "../../vendor/client.js";

/** A token, and the module that leads to it. */
export interface TokenToTest extends Pick<TokenTestRequest, "module" | "token" | "endpoints"> {
  /** At which the HSM is reached, where they are known. */
  readonly addresses?: readonly Address[];
}

/** The user's token, and how the client reaches it. */
export function loginAs(user: User, { connections }: Pick<Profile, "connections">): TokenToTest {
  const addresses = connections.get(user.connection)?.endpoints;
  return {
    module: clientModule,
    token: { label: user.name },
    ...(addresses && { addresses, endpoints: addresses.map(endpointText) }),
  };
}
