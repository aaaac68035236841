import type { Host } from "../host.js";
import { path } from "../path.js";

/** Made by systemd where it is the service manager (sd_booted(3)). */
const booted = path("/run/systemd/system");

/**
 * Why no service of the host can be restarted from here; undefined when systemd runs it. Throws a Problem for
 * a systemctl that others could have written.
 */
export function whyNoServiceManager(host: Host): string | undefined {
  if (host.root !== "/") return `--root ${host.root}: its services do not run on this system`;
  if (host.files().entry(booted)?.kind !== "folder") return "systemd does not run this system";
  return host.commands.find("systemctl") === undefined ? "there is no systemctl here" : undefined;
}
