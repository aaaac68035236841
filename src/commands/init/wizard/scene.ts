import type { Host } from "../../../host/host.js";
import type { AbsolutePath } from "../../../host/path.js";
import type { Endpoint } from "../../../profile/types.js";
import type { Probed } from "../../../vhsm/probe/probe-all.js";
import type { DescribedHost } from "../../../description/profile-text.js";

/** What is there already, to be offered. */
export interface Found {
  /** The vendor's archives in the working folder, the newest first. */
  readonly archives: readonly string[];
  /** Services of this host and the accounts that they run as. */
  readonly units: readonly FoundUnit[];
  /** A client that was set up before; undefined where there is none. */
  readonly described: DescribedHost | undefined;
}

export interface FoundUnit {
  readonly name: string;
  /** Undefined: root, or whoever systemd makes up. */
  readonly user: string | undefined;
}

/** What the questions are asked about, and what was learnt from the answers. */
export interface Scene {
  readonly host: Host;
  readonly isRoot: boolean;
  readonly workingFolder: AbsolutePath;
  readonly found: Found;
  /** False: addresses are taken as they are. */
  readonly probes: boolean;
  /** SHA-256 of the archives named, by the answer. */
  readonly hashes: Map<string, string>;
  /** What was found at the addresses named, by the answer. */
  readonly probed: Map<string, Probed>;
  readonly learnArchive: (answer: string) => Promise<void>;
  readonly learnEndpoint: (answer: string, endpoint: Endpoint) => Promise<void>;
  /** Whether systemd-creds(1) can encrypt a credential here. */
  readonly hasCredentials: boolean;
}
