import type { Host } from "../../../host/host.js";
import type { Problem } from "../../../problem/problem.js";
import type { Endpoint, Profile } from "../../../profile/types.js";
import type { ProfileFile } from "../../../steps/profile-file/step.js";
import type { Staging } from "../../../workflow/staging.js";
import type { CommandContext } from "../../command.js";
import type { LoginArguments } from "../../secrets/refused-pins.js";
import type { VectorEdit } from "./vector-edits.js";

export interface EditArguments extends LoginArguments {
  readonly connection: string;
  readonly endpoints: readonly string[];
  readonly first?: boolean | undefined;
  readonly before?: string | undefined;
  /** Changed in the same run; the service and the PINs come from it too. */
  readonly profile?: string | undefined;
  readonly user: string;
  readonly home?: string | undefined;
  /** The systemd unit to restart, if there is no profile to name it. */
  readonly unit?: string | undefined;
  readonly root?: string | undefined;
  /** False: the members are accepted as they are. */
  readonly probe: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly lockTimeout: number;
  readonly rollback: boolean;
  readonly restart: boolean;
  readonly smokeTest: boolean;
  /** False: new members are not proven one by one. */
  readonly prove: boolean;
  /** False: nothing of knetctl's own stays in the image. */
  readonly journal: boolean;
  /** Seconds for the smoke test of one token. */
  readonly timeout: number;
}

/** An edit of one connection's endpoints, and where to make it. */
export interface EditRequest {
  readonly edit: VectorEdit;
  readonly args: EditArguments;
  readonly host: Host;
  readonly context: CommandContext;
  /** Left out where nothing is to be changed. */
  readonly staging?: Staging;
}

/**
 * A profile in which a connection's endpoints can be edited: the given one, or one that describes the host.
 */
export interface EditableProfile {
  readonly profile: Profile;
  /** The connection's endpoints in it. */
  readonly vector: readonly Endpoint[];
  /** The endpoints in config.json; undefined if they cannot be determined. */
  readonly inUse: readonly Endpoint[] | undefined;
  /** Why it names no unit to restart, if it is not a file that could. */
  readonly noUnit?: string;
  /** The same profile with other endpoints for the connection. Throws Problems. */
  edited(endpoints: readonly Endpoint[]): Promise<EditedProfile>;
}

export interface EditedProfile {
  readonly profile: Profile;
  /** The file of the given profile, with its new text. */
  readonly file?: ProfileFile;
  /** Not shown yet. */
  readonly warnings: readonly Problem[];
}
