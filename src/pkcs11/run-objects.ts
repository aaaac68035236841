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

/** What of a test decides which token another one finds. */
export interface TokenWay {
  readonly module: string;
  readonly token: TokenChoice;
  readonly identity?: { readonly user: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly initArgs?: string;
}

/** The command line that removes what a run has left on a token, to be followed by the run's label. */
export function removalCommand({ module, token, identity, environment = {}, initArgs }: TokenWay): string {
  const { label, serial } = wantedOf(token);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, shellWord(value)];
  return [
    "knetctl smoke",
    ...option("module", module),
    ...option("token-label", label),
    ...option("token-serial", serial),
    ...option("as", identity?.user),
    ...variables.flatMap((variable) => option("env", variable)),
    ...option("init-args", initArgs),
    "--pin-prompt --remove-leftovers",
  ].join(" ");
}

/** How to remove what a run has left on a token. `command`: as `removalCommand` makes it. */
export function removalHint(command: string, label: string): string {
  return `remove just those: ${command} ${label}`;
}
