import { titleWithDetail } from "../../../problem/problem.js";
import { checkConsumers } from "../../../profile/consumers/check-consumers.js";
import { isError } from "../../../profile/finding.js";
import type { TreeNode } from "../../../profile/reading/tree.js";

/** The parts of a profile that the rules of consumers look at. */
export interface ConsumersDraft {
  readonly users: readonly string[];
  readonly serviceUser: string;
  readonly consumers: ReadonlyMap<string, ReadonlyMap<string, string | boolean>>;
}

/** What the profile's own rules would say of these consumers; undefined if nothing. */
export function consumerFault({ users, serviceUser, consumers }: ConsumersDraft): string | undefined {
  // each has a source for its PIN: it was asked for
  const pin = new Map([["prompt", true]]);
  const root = treeOf(
    new Map<string, unknown>([
      ["users", new Map(users.map((name) => [name, new Map([["pin", pin]])]))],
      ["service", new Map([["user", serviceUser]])],
      ["consumers", consumers],
    ]),
  );
  const finding = checkConsumers(root).find(isError);
  return finding === undefined ? undefined : titleWithDetail(finding);
}

/** It has no text, so every place in it is the first. */
function treeOf(value: unknown): TreeNode {
  if (value instanceof Map) {
    const map = value as ReadonlyMap<string, unknown>;
    return {
      kind: "map",
      offset: 0,
      entries: new Map([...map].map(([key, one]) => [key, { key, value: treeOf(one), offset: 0 }])),
    };
  }
  const scalar = typeof value === "boolean" ? value : String(value);
  return { kind: "scalar", offset: 0, value: scalar, text: String(scalar) };
}
