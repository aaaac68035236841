import type { AbsolutePath } from "../host/path.js";
import type { Mode } from "../host/host.js";
import type { Secret } from "../problem/secret.js";

export const stepIds = [
  "account",
  "module",
  "ownership",
  "client-config",
  "key-stores",
  "profile-file",
  "service",
  "smoke-test",
  "members",
] as const;
export type StepId = (typeof stepIds)[number];

/**
 * Accounts stand in a plan by name, since the plan may create them; they become ids when the change is made.
 */
export interface Ownership {
  readonly owner: string;
  readonly group: string;
}

interface Common {
  readonly step: StepId;
  readonly path: AbsolutePath;
  /** Account whose folders may be walked through besides root's. */
  readonly trusting?: string;
}

export interface CreateAccount extends Common {
  readonly kind: "create-account";
  readonly user: string;
  readonly group: string;
  readonly home: AbsolutePath;
  /** False when the group exists already. */
  readonly createGroup: boolean;
  /** False when the user exists already and only the group is missing. */
  readonly createUser: boolean;
}

export interface CreateFolder extends Common, Ownership {
  readonly kind: "create-folder";
  readonly mode: Mode;
}

export interface WriteFile extends Common, Ownership {
  readonly kind: "write-file";
  readonly mode: Mode;
  readonly content: string;
  /** The text it replaces; null for a new file. `apply` refuses when the file no longer holds it. */
  readonly before: string | null;
  /** True: content is never shown, only that it changes. */
  readonly sensitive: boolean;
  /** What the change means, in the profile's words, one line each: "connection hsm_1: removed". */
  readonly summary?: readonly string[];
}

export interface SetOwner extends Common, Ownership {
  readonly kind: "set-owner";
  readonly from: Ownership;
}

export interface SetMode extends Common {
  readonly kind: "set-mode";
  readonly from: Mode;
  readonly mode: Mode;
}

/** Run the vendor archive's install.sh. `path` is the archive. */
export interface RunInstaller extends Common {
  readonly kind: "run-installer";
  /** Of the archive as planned; `apply` refuses any other. */
  readonly sha256: string;
  readonly version: string;
  /** Installed version before; null when none; "unknown" when it was not installed by knetctl. */
  readonly from: string | null;
  readonly timeoutSeconds: number;
  /** Lines for its standard input; absent: it is empty. */
  readonly answers?: readonly string[];
}

/**
 * Make the dynamic loader find a library by its bare name: does nothing when it already does, else writes
 * `path` (in ld.so.conf.d) with the library's folder and runs ldconfig. With `folder` null the installer of
 * the same plan decides where the library is.
 */
export interface RegisterLibrary extends Common {
  readonly kind: "register-library";
  readonly library: string;
  readonly folder: AbsolutePath | null;
}

/**
 * Change an application's settings file, which holds secrets: neither its text nor the text before is ever
 * shown or kept but as a copy that root alone can read.
 */
export interface WriteSettings extends Common, Ownership {
  readonly kind: "write-settings";
  readonly mode: Mode;
  /**
   * The whole new text. Absent in a change that comes from a journal, which keeps no secret and only takes
   * back.
   */
  readonly content?: Secret;
  /** SHA-256 of the new text. */
  readonly sha256: string;
  /** SHA-256 of the text it replaces; null for a new file. `apply` refuses when the file no longer has it. */
  readonly before: string | null;
  /**
   * What changes, a setting a line, secrets and free text that was there left out: "KeyStores:MyHsm:Module:
   * a.so → b.so", "KeyStores:MyHsm:Pin: <changed>".
   */
  readonly summary: readonly string[];
}

/**
 * Restart the application's systemd unit, and wait until it is active and well. `path` is the unit's name
 * below /etc/systemd/system.
 */
export interface RestartService extends Common {
  readonly kind: "restart-service";
  readonly unit: string;
  /** Where it answers when it is well; null: being active is all that is asked. */
  readonly health: string | null;
  readonly timeoutSeconds: number;
  /** Why: the files that it reads anew. */
  readonly because: readonly AbsolutePath[];
}

export type Change =
  | CreateAccount
  | CreateFolder
  | WriteFile
  | SetOwner
  | SetMode
  | RunInstaller
  | RegisterLibrary
  | WriteSettings
  | RestartService;
