import { randomBytes } from "node:crypto";
import { shellWord } from "../formats/text/shell-word.js";
import { type TokenChoice, wantedOf } from "./protocol.js";

/** The label of every object that one run makes, which no other run uses. */
export function newRunLabel(): string {
  return `knetctl-smoke-${randomBytes(6).toString("hex")}`;
}

/** Whether a label can only be that of a run's objects. */
export function isRunLabel(label: string): boolean {
  return /^knetctl-smoke-[0-9a-f]{12}$/.test(label);
}

/** The CKA_ID of what a run makes with a mechanism; as random as the run's label, which it contains. */
export function runObjectId(label: string, mechanism: number): string {
  return `${label}-${mechanism}`;
}

/** Whether an object has the label and the ID that a run gave it. */
export function isRunObject(label: string, id: string): boolean {
  return isRunLabel(label) && id.startsWith(`${label}-`) && /^\d{1,10}$/.test(id.slice(label.length + 1));
}

/** How to remove what a run has left on a token. */
export function removalHint(module: string, token: TokenChoice, label: string): string {
  const { label: tokenLabel, serial } = wantedOf(token);
  const choice = [
    ...(tokenLabel === undefined ? [] : [` --token-label ${shellWord(tokenLabel)}`]),
    ...(serial === undefined ? [] : [` --token-serial ${shellWord(serial)}`]),
  ].join("");
  const command = `knetctl smoke --module ${shellWord(module)}${choice} --remove-leftovers ${label}`;
  return `remove just those, as the same user and with the PIN: ${command}`;
}
