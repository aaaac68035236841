/** What `render --target` makes besides files of this host: what other engines deploy the client with. */
export const deploymentTargets = [
  "containerfile",
  "compose",
  "kubernetes",
  "cloud-init",
  "systemd-credentials",
] as const;

export type DeploymentTarget = (typeof deploymentTargets)[number];

export function isDeploymentTarget(target: string): target is DeploymentTarget {
  return deploymentTargets.some((known) => known === target);
}
