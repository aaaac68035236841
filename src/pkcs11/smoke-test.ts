import type { TokenReport } from "../workflow/step.js";
import { testToken, type TokenTestRequest } from "./test-token.js";

export { defaultTimeoutMs } from "./test-token.js";
export type SmokeRequest = TokenTestRequest;

/** Proves a module and a token, as `testToken` does: whatever the module does is in the report. */
export async function smokeTest(request: SmokeRequest): Promise<TokenReport> {
  return (await testToken("smoke", request)).report;
}
