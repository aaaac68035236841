import type { Finding } from "./finding.js";
import { entryOf, textOf, type TreeNode } from "./tree.js";

/**
 * The most talkative level writes the arguments of PKCS #11 calls to the module's log, which may include the
 * PIN.
 */
export function checkLogVerbosity(root: TreeNode): readonly Finding[] {
  const node = entryOf(root, "log_verbosity")?.value;
  if (node === undefined || textOf(node) !== "full") return [];
  const unit = textOf(entryOf(entryOf(root, "service")?.value, "unit")?.value);
  return [
    {
      code: "profile-log-full",
      title: "log_verbosity full logs the arguments of PKCS #11 calls",
      anchor: node,
      ...(unit !== undefined && { detail: "service.unit makes it a service in production" }),
      hint: "use it to find a fault, then go back to quiet",
      severity: "warning",
    },
  ];
}
