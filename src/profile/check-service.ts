import { checkUrl } from "./check-url.js";
import type { Finding } from "./finding.js";
import { entryOf, type Entry, type TreeNode } from "./tree.js";

/** The address at which the application says that it is well. */
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
    detail: "it is asked only after a restart of service.unit",
    hint: "give the application's systemd unit too, such as unit: amplia.service",
    severity: "warning",
  };
}
