import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem/problem.js";
import { Secret } from "../problem/secret.js";
import type { ClusterState } from "./answer-request.js";
import { makeCertificate } from "./certificate.js";
import { runTool } from "./compile.js";
import { makeFolders } from "./make-folders.js";
import { requireSimulatorLibraries } from "./needed-libraries.js";
import { initTokens, makeTokenFolder } from "./token-folder.js";
import type { SimulatedUser } from "./user-directory.js";
import { UserDirectory } from "./user-directory.js";
import type { Vhsm } from "./vhsm.js";
import { startVhsm } from "./vhsm.js";

export interface ClusterOptions {
  /** How many members, 1 to 64. */
  readonly vhsms: number;
  /** Names of regular users. */
  readonly users: readonly string[];
  /** Names of VCO users, which the PKCS #11 client refuses. */
  readonly vcoUsers?: readonly string[];
  /** Left out: a temporary folder. `stop()` removes what the cluster made, including the folder itself. */
  readonly stateFolder?: string;
  /** installers/simulator */
  readonly sources: string;
  /** Folder in which compiled helpers are kept for reuse. */
  readonly cache?: string;
  /** One for each member; default 127.0.0.1, 127.0.0.2, … */
  readonly addresses?: readonly string[];
  /** How many wrong passwords in a row lock a user. Default 5. */
  readonly attempts?: number;
  readonly latencyMs?: number;
  /** Client addresses that may connect; default all. */
  readonly allow?: readonly string[];
  /**
   * Members, counted from 0, that do not share their keys: objects made on them exist on no other member, and
   * the reverse, as if an HSM's replication had failed. Users and their passwords are still shared. A client
   * process can use one of them or the others, not both. Default: none.
   */
  readonly apart?: readonly number[];
  /** Each member has a serial number of its own for each token. Default: all have the same. */
  readonly ownSerials?: boolean;
  /** Objects that end with their session are refused. */
  readonly refusesSessionObjects?: boolean;
  /** The longest modulus of RSA keys that are made, from 1024 bits. Default: as long as SoftHSM makes it. */
  readonly mostRsaBits?: number;
}

export interface AddressAndPort {
  readonly ip: string;
  readonly port: number;
}

export interface MemberEndpoints {
  /** The port for the PKCS #11 client. */
  readonly https: AddressAndPort;
  readonly ttlv: AddressAndPort;
}

/** A running HA cluster of simulated VHSMs. */
export interface Cluster {
  /** The state folder, by its real path. */
  readonly folder: string;
  readonly endpoints: readonly MemberEndpoints[];
  readonly users: readonly SimulatedUser[];
  /** For taking members down, in the order of `endpoints`. */
  readonly vhsms: readonly Vhsm[];
  readonly directory: UserDirectory;
  /** Stops all members and removes what the cluster put on the disk. */
  stop(): Promise<void>;
}

/**
 * Starts members that share users and, except for those `apart`, keys; all ports are open on return. Throws a
 * Problem if it cannot.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const users = checkedUsers(options);
  requireSimulatorLibraries();
  const state = await makeStateFolder(options.stateFolder);
  const tokenFolders: string[] = [];
  const vhsms: Vhsm[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(vhsms.map((vhsm) => vhsm.stop()));
    await remove([...tokenFolders, ...(state.made ? [state.folder] : [])]);
  };
  try {
    const directory = new UserDirectory(users, options.attempts ?? 5);
    const newStorage = async (): Promise<ClusterState["storage"]> => {
      const folder = await makeTokenFolder(state.folder);
      tokenFolders.push(folder);
      return makeStorage(users, folder, state.folder, options);
    };
    const shared = await newStorage();
    for (const [index, host] of addressesOf(options).entries()) {
      const storage = options.apart?.includes(index) === true ? await newStorage() : shared;
      vhsms.push(await startMember(host, index, { users: directory, storage }, options));
    }
    return { folder: state.folder, endpoints: vhsms.map(endpointsOf), users, vhsms, directory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startMember(
  host: string,
  index: number,
  shared: ClusterState,
  { latencyMs = 0, allow, ownSerials = false, refusesSessionObjects = false, mostRsaBits }: ClusterOptions,
): Promise<Vhsm> {
  const certificate = makeCertificate(`vhsm-${index + 1}.knet.simulated`);
  const serialOf = (user: string): string => serialNumber(user, index);
  const cluster = {
    ...shared,
    refusesSessionObjects,
    ...(ownSerials && { serialOf }),
    ...(mostRsaBits !== undefined && { mostRsaBits }),
  };
  return startVhsm({ host, certificate, cluster, latencyMs, ...(allow && { allow }) });
}

/** 16 characters, as much as PKCS #11 has room for. */
function serialNumber(user: string, member: number): string {
  return createHash("sha256").update(`${member} ${user}`).digest("hex").slice(0, 16);
}

function endpointsOf({ host: ip, httpsPort, ttlvPort }: Vhsm): MemberEndpoints {
  return { https: { ip, port: httpsPort }, ttlv: { ip, port: ttlvPort } };
}

function checkedUsers({
  users,
  vcoUsers = [],
  vhsms,
  addresses,
  apart = [],
}: ClusterOptions): SimulatedUser[] {
  const names = [...users, ...vcoUsers];
  const wrong = names.find(
    (name) => name.trim() !== name || /\p{Cc}/u.test(name) || name === "" || Buffer.byteLength(name) > 32,
  );
  if (wrong !== undefined)
    throw invalid(
      `not a user name: ${JSON.stringify(wrong)}`,
      "1 to 32 bytes, no control characters, no space at either end",
    );
  if (names.length === 0) throw invalid("no user is named", "name at least one user");
  if (new Set(names).size !== names.length) throw invalid("a user is named twice", "name each user once");
  if (!Number.isInteger(vhsms) || vhsms < 1 || vhsms > 64)
    throw invalid(`not a number of VHSMs: ${vhsms}`, "1 to 64");
  if (addresses !== undefined && addresses.length !== vhsms)
    throw invalid("not one address for each VHSM", "give as many addresses as VHSMs");
  if (apart.some((index) => !Number.isInteger(index) || index < 0 || index >= vhsms))
    throw invalid("a member that is to have its own keys does not exist", `0 to ${vhsms - 1}`);
  return names.map((name, index) => ({
    name,
    pin: newSecret(),
    role: index < users.length ? "regular" : "vco",
  }));
}

function invalid(title: string, hint: string): Problem {
  return new Problem("simulator-arguments-invalid", title, { hint });
}

function newSecret(): Secret {
  return new Secret(randomBytes(18).toString("base64url"));
}

function addressesOf({ vhsms, addresses }: ClusterOptions): readonly string[] {
  return addresses ?? Array.from({ length: vhsms }, (_, index) => `127.0.0.${index + 1}`);
}

async function makeStateFolder(wanted: string | undefined): Promise<{ folder: string; made: boolean }> {
  if (wanted !== undefined) {
    const made = await makeFolders(wanted);
    return { folder: await realpath(wanted), made };
  }
  const folder = await mkdtemp(join(tmpdir(), "knet-simulator-"));
  await chmod(folder, 0o711);
  return { folder: await realpath(folder), made: true };
}

async function makeStorage(
  users: readonly SimulatedUser[],
  folder: string,
  workFolder: string,
  { sources, cache }: ClusterOptions,
): Promise<ClusterState["storage"]> {
  const tokens = users.map(({ name }) => ({ label: name, pin: newSecret() }));
  await initTokens(tokens, { folder, sources, workFolder, cache });
  return new Map(tokens.map(({ label, pin }) => [label, { folder, label, pin }]));
}

/** By rm(1), which walks by descriptors, so that nobody who can write to the token folder can redirect it. */
async function remove(paths: readonly string[]): Promise<void> {
  await runTool("rm", "coreutils", ["-rf", "--one-file-system", "--", ...paths]);
}
