import { resolve } from "node:path";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import type { MemberOrder } from "../../simulator/control.js";
import type { CommandRun } from "../command.js";

/** Which member of a simulator that runs. */
export const memberWord = {
  type: "string",
  describe: "a member of the running simulator, from 1",
} as const;

export interface SimulatorOrderArguments {
  readonly member: string;
  /** The running simulator's own --state. */
  readonly state?: string | undefined;
}

/** `knetctl simulator stop MEMBER`, `start MEMBER`: takes a member down while the others run, or up again. */
export async function simulatorOrder(
  order: MemberOrder,
  { member, state }: SimulatorOrderArguments,
  { output, workingFolder }: Parameters<CommandRun<SimulatorOrderArguments>>[1],
): ReturnType<CommandRun<SimulatorOrderArguments>> {
  const number = Number(member);
  if (!/^[1-9][0-9]?$/.test(member))
    throw new Problem("usage-invalid", `${JSON.stringify(member)} is not a member's number`, {
      hint: "members are counted from 1, in the order in which simulator start printed them",
    });
  const { giveOrder } = await import("../../simulator/control.js");
  await giveOrder(order, number, state === undefined ? undefined : resolve(workingFolder, state));
  const is = order === "stop" ? "down" : "up";
  if (output.json) output.document({ member: number, is });
  else output.result(`member ${number} is ${is}`);
  return exitCodes.done;
}
