import { checkUrl } from "./url.js";
import type { Finding } from "../finding.js";
import { type Entry, entryOf, textOf, type TreeNode } from "../reading/tree.js";

/** The address at which the application reports that it is healthy. */
export function checkService(root: TreeNode): readonly Finding[] {
  const service = entryOf(root, "service")?.value;
  const health = entryOf(service, "health");
  if (health === undefined) return [];
  return [
    ...checkUrl(health.value, {
      what: "health",
      schemes: ["http", "https"],
      example: "http://localhost:5000/api/system/info",
    }),
    ...(entryOf(service, "unit") ? [] : [unused(health)]),
  ];
}

function unused(anchor: Entry): Finding {
  return {
    code: "profile-health-unused",
    title: "health is given without a unit",
    anchor,
    detail: "it is checked only after a restart of service.unit",
    hint: "give the application's systemd unit too, such as unit: amplia.service",
    severity: "warning",
  };
}

/**
 * The most verbose level writes the arguments of PKCS #11 calls to the module's log, which may include the
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
      ...(unit !== undefined && { detail: "service.unit suggests that this is a service in production" }),
      hint: "use it to track down a fault, then go back to quiet",
      severity: "warning",
    },
  ];
}
