import type { Host } from "../../host/host.js";
import type { Profile } from "../../profile/types.js";
import type { CommandContext } from "../command.js";
import type { Around } from "../doctor/around.js";

/** What the parts of a report are made from. */
export interface Given {
  readonly context: CommandContext;
  /** Read-only. */
  readonly host: Host;
  /** The profile's file; undefined: none was given. */
  readonly file: string | undefined;
  /** Undefined: none was given, or it is not valid, which the plan's part then says. */
  readonly profile: Profile | undefined;
  /** What doctor's checks look at. */
  readonly around: Around;
}

/** Why a part is not there. It is not a failure. */
export class LeftOut {
  constructor(readonly why: string) {}
}

/** A file of the report. */
export interface Part {
  readonly name: string;
  /** What it is, for people who decide whether to hand it on. */
  readonly what: string;
  /**
   * What goes in, as JSON. It must hold no secret: no PIN, no value of an environment variable, and no value
   * of a setting that could be one. Throws Problem or Problems, which the report then names.
   */
  readonly make: (given: Given) => unknown;
}
