import { execFileSync } from "node:child_process";
import { eventually } from "./processes.js";

/** The units that proofs have left, as a list; systemd forgets one that has ended in its own time. */
export async function leftProofUnits(): Promise<string> {
  const list = ["list-units", "--all", "--plain", "--no-legend", "knetctl-proof-*"];
  const left = (): string => execFileSync("systemctl", list, { encoding: "utf8" });
  await eventually(() => left() === "");
  return left();
}
