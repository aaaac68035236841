import type { TokenReport } from "../workflow/step.js";

/** What signing takes; the checks of it say why it did not come to that. */
const towardsSigning: ReadonlySet<string> = new Set(["keygen-rsa", "keygen-ec", "sign-rsa", "sign-ec"]);

/** `token "ca_signer": not logged in`, for each token of which `whyNothingSigned` has something to say. */
export function nothingSigned(tokens: readonly TokenReport[]): readonly string[] {
  return tokens.flatMap((token) => {
    const why = whyNothingSigned(token);
    return why === undefined ? [] : [`token ${JSON.stringify(token.label)}: ${why}`];
  });
}

/**
 * Why nothing that is right was signed with a token although its test failed in nothing: such a test is not
 * to be taken for a proof. Undefined when something was signed, or when the test failed, which is told as
 * that.
 */
export function whyNothingSigned({ checks }: TokenReport): string | undefined {
  if (checks.some(({ id, status }) => status === "fail" || (id === "signature" && status === "pass")))
    return undefined;
  const details = checks
    .filter(({ id, status }) => towardsSigning.has(id) && status === "skip")
    .map(({ detail }) => detail ?? "");
  // why there is no key is said by what should have made it
  const told = new Set(details.filter((detail) => detail !== "" && !/^no (RSA|EC) key$/.test(detail)));
  return told.size === 0 ? "the test did not come to it" : [...told].join(", ");
}
