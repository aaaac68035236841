import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { findProgram } from "../../host/commands/find-program.js";
import { trustedOwners } from "../../host/files/trust.js";
import type { Tree } from "../../host/files/walk.js";
import type { Entrance } from "../../host/host.js";
import type { Identity } from "../protocol.js";
import { workerLimits } from "./worker-limits.js";

const machine: Tree = { root: "/", owners: trustedOwners([]) };

/**
 * Reads the script from descriptor 4 and runs it; 5 stays open for the addon. Nothing is opened by name: the
 * account may not be able to reach the files. SIGUSR1 would make Node open its debugger, through which every
 * local user can read the process's memory.
 */
export const bootstrap =
  'process.on("SIGUSR1",()=>{});const ' +
  'fs=require("fs"),text=fs.readFileSync(4,"utf8");fs.closeSync(4);fs.closeSync(6);new ' +
  'Function("require","module","exports",text)(require,module,exports)';

/**
 * What node itself is told. Where it is linked with the system's OpenSSL, as Debian's is, it shares that with
 * the module; and since OpenSSL is configured once in a process, by node, the module would get the section of
 * openssl.cnf that is node's own (`nodejs_conf`) instead of what an application gets (config(5)). A node with
 * an OpenSSL inside leaves the system's OpenSSL and its configuration to the module.
 */
export const nodeOptions: readonly string[] = sharesOpenSsl() ? ["--openssl-shared-config"] : [];

function sharesOpenSsl(): boolean {
  const variables: { readonly node_shared_openssl?: unknown } = process.config.variables;
  const shared = variables.node_shared_openssl;
  return shared === true || shared === "true";
}

/**
 * If keyutils or e2fsprogs is installed: a new session keyring for the worker, instead of the caller's, which
 * would give it the caller's keys (keyrings(7)). `new_session` sets it for its parent, the shell, which then
 * becomes the worker. If the kernel or a container forbids that, the module cannot ask for keys either.
 */
const withNewKeyring =
  'keyring=$1; shift; "$keyring" new_session </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&-; exec ' +
  '/usr/bin/env -u PWD -u OLDPWD -u SHLVL -u _ "$@"';

export interface WorkerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

type Variables = Readonly<Record<string, string>>;

/** Variables that the loader, libc or a shell heeds. */
const early = new RegExp(
  "^(?:(?:LD_|BASH|MALLOC_|RES_).*|ENV|GCONV_PATH|GLIBC_TUNABLES|HOSTALIASES|IFS|LOCALDOMAIN|LOCPATH|" +
    "NLSPATH|PATH|PS4|SHELLOPTS|TMPDIR|TZDIR)$",
);

/**
 * What LD_PRELOAD or LD_LIBRARY_PATH names may belong to the service user, and would be run as root: such
 * variables are set last, by a command line, which everybody can read; they are not secret. Others may be,
 * and are passed on as they are.
 */
export function bySafety(variables: Variables): { readonly early: Variables; readonly others: Variables } {
  const all = Object.entries(variables);
  return {
    early: Object.fromEntries(all.filter(([name]) => early.test(name))),
    others: Object.fromEntries(all.filter(([name]) => !early.test(name))),
  };
}

/**
 * The worker's command line. prlimit(1): `workerLimits`. setpriv(1): user, group and supplementary groups of
 * the account and none of root's; Node's calls for that are disabled where libuv may use io_uring, as in
 * Debian 13's Node 20. No program that the module starts gets more rights than it has. It also ties the
 * worker's life to this process's, SIGKILL included; it does so last, since a change of user would undo it
 * (prctl(2)). The `early` variables are set after all that (`bySafety`).
 */
export function workerCommand(
  identity: Identity | undefined,
  variables: Variables,
  enter: Entrance | undefined,
): WorkerCommand {
  const [program = "", ...args] = [...(enter?.words ?? []), ...innerLine(identity, variables, enter)];
  return { program, args };
}

function innerLine(
  identity: Identity | undefined,
  variables: Variables,
  enter: Entrance | undefined,
): readonly string[] {
  const prlimit = "/usr/bin/prlimit";
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  if (settings.length > 0) settings.unshift("/usr/bin/env");
  const confined = [
    ...workerLimits(identity, has(CAP_SYS_RESOURCE)),
    "--",
    ...becoming(identity, enter),
    ...settings,
    "/proc/self/fd/6",
    ...nodeOptions,
    "-e",
    bootstrap,
  ];
  const keyring = ["keyctl", "e4crypt"]
    .map((program) => findProgram(machine, program))
    .find((found) => found !== undefined);
  if (keyring === undefined) return [prlimit, ...confined];
  return ["/bin/sh", "-c", withNewKeyring, "sh", keyring, prlimit, ...confined];
}

const setpriv = "/usr/bin/setpriv";
const tied = ["--pdeathsig", "KILL"] as const;

/**
 * Words before a command line that make its process the account's, with none of root's groups or
 * capabilities, and tie its life to this process's.
 */
export function becoming(identity: Identity | undefined, enter: Entrance | undefined): readonly string[] {
  const asked = process.geteuid?.() === 0 ? identity : undefined;
  if (enter?.root !== undefined) return becomingInside(asked, enter, enter.root);
  return [setpriv, "--no-new-privs", ...tied, ...rightsOf(asked), "--"];
}

const none = ["--inh-caps=-all", "--bounding-set=-all"] as const;

/** A service that is root has root's capabilities too, as far as its unit leaves it any. */
function ofRoot({ capabilities }: Identity): readonly string[] {
  if (capabilities === undefined || !has(CAP_SETPCAP)) return [];
  const kept = capabilities.map((name) => `+${name.replace(/^cap_/, "")}`);
  return ["--inh-caps=-all", `--bounding-set=${["-all", ...kept].join(",")}`];
}

function rightsOf(identity: Identity | undefined): readonly string[] {
  if (identity === undefined) return [];
  const { uid, gid } = identity;
  const capabilities = uid === 0 ? ofRoot(identity) : has(CAP_SETPCAP) ? none : [];
  const groups = identity.groups === undefined ? "--init-groups" : `--groups=${identity.groups.join(",")}`;
  return [...capabilities, "--reuid", String(uid), "--regid", String(gid), groups];
}

/**
 * In a stage of `/`, whose programs and name services may be what an installer put there: none of them runs
 * as root. chroot(8) changes the root and becomes the account without running anything in between, given
 * numbers alone (`+`: no look-up). What it needs for that it inherits, since the bounding set is empty by
 * then; the first program of the stage, the account's already, gives these up.
 */
function becomingInside(
  identity: Identity | undefined,
  { groupsOf }: Entrance,
  root: string,
): readonly string[] {
  const chroot = findProgram(machine, "chroot") ?? "/usr/sbin/chroot";
  if (identity === undefined || identity.uid === 0) {
    const rights = identity === undefined ? [] : ofRoot(identity);
    return [setpriv, "--no-new-privs", "--", chroot, root, setpriv, ...rights, ...tied, "--"];
  }
  const { user, uid, gid } = identity;
  const groups = [...new Set([gid, ...(identity.groups ?? groupsOf(user))])]
    .map((group) => `+${group}`)
    .join(",");
  const inherited = has(CAP_SETPCAP)
    ? ["--inh-caps=-all,+setuid,+setgid,+sys_chroot", "--", setpriv, "--bounding-set=-all"]
    : [];
  const account = [`--userspec=+${uid}:+${gid}`, `--groups=${groups}`];
  const inside = [setpriv, "--inh-caps=-all", ...tied, "--"];
  return [setpriv, "--no-new-privs", ...inherited, "--", chroot, ...account, root, ...inside];
}

/** Numbers of capabilities(7): to drop others from the bounding set, and to raise a hard limit. */
const CAP_SETPCAP = 8n;
const CAP_SYS_RESOURCE = 24n;

function has(capability: bigint): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}

/**
 * The worker's environment, without the additional variables. A lazy binding error would end the process in
 * the middle of a call; LD_BIND_NOW makes it a load error.
 */
export function workerEnvironment(identity: Identity | undefined): Readonly<Record<string, string>> {
  const { user, home, nameless = false } = identity ?? self();
  return {
    ...(home !== undefined && { HOME: home }),
    ...(!nameless && { USER: user, LOGNAME: user }),
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    LD_BIND_NOW: "1",
  };
}

/** Of the password database; a user id without an entry there gets no home. */
function self(): Pick<Identity, "user" | "home" | "nameless"> {
  try {
    const { username, homedir } = userInfo();
    return { user: username, home: homedir };
  } catch {
    return { user: "nobody", home: "/nonexistent" };
  }
}
