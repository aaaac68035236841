import { machineState } from "../../../host/state-folder.js";
import { rememberedPins } from "../../../pkcs11/refused-pins/record-file.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** For root; what another user's logins met is in a folder of that user's. */
export const refused: Check = {
  id: "refused-pins",
  title: "no token has refused a PIN that root sent",
  look: ({ context: { isRoot } }) => {
    if (!isRoot) return { skipped: "needs root: only root may know which PINs were refused" };
    const pins = rememberedPins(machineState()).filter(({ unanswered }) => unanswered === undefined);
    if (pins.length === 0) return { text: "none is remembered" };
    const tokens = pins.map(({ label, module, at }) => `${label ?? module}, ${at}`);
    const problem = new Problem("doctor-pin-refused", "tokens have refused PINs, which are not sent again", {
      severity: "warning",
      detail: tokens.join("\n"),
      hint:
        "correct each token's PIN file; if its PIN was changed on the HSM instead, run once with " +
        "--retry-pin",
    });
    return { text: `${pins.length} remembered`, problems: [problem] };
  },
};
