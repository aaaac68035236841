import { asAbsolutePath, type AbsolutePath } from "../path.js";

/**
 * How a mount below `/` is shown inside a sandbox: through an overlay of its own, so that writes stay inside,
 * or bound read-only.
 */
export interface SandboxMount {
  readonly path: AbsolutePath;
  readonly how: "overlay" | "bind";
}

const kernelTypes = new Set([
  "autofs",
  "binfmt_misc",
  "bpf",
  "cgroup",
  "cgroup2",
  "configfs",
  "debugfs",
  "devpts",
  "devtmpfs",
  "efivarfs",
  "fusectl",
  "hugetlbfs",
  "mqueue",
  "nsfs",
  "proc",
  "pstore",
  "rpc_pipefs",
  "securityfs",
  "selinuxfs",
  "sysfs",
  "tracefs",
]);

/** A sandbox and a stage have these folders of their own; what is mounted below them is left out. */
const replaced = ["/proc", "/sys", "/dev", "/run"];

/**
 * The real file systems mounted below the root, as seen from inside it, parents before children, from the
 * text of /proc/self/mountinfo (proc(5)). Of several mounts on one point, the last is the one that is
 * visible.
 */
export function sandboxMounts(mountinfo: string, root = "/"): readonly SandboxMount[] {
  const found = new Map<string, SandboxMount | LeftOut>();
  for (const line of mountinfo.split("\n")) {
    const mount = parsed(line, root === "/" ? "" : root);
    if (mount === undefined) continue;
    found.delete(mount.path);
    found.set(mount.path, mount);
  }
  const all = [...found.values()];
  const leftOut = all.filter((mount) => mount.how === "not");
  return all
    .filter((mount) => mount.how !== "not")
    .filter(({ path }) => !leftOut.some((mount) => isBelow(path, mount.path)))
    .sort((left, right) => depth(left.path) - depth(right.path));
}

/**
 * One that is not shown inside. Where it is, there is no mount point for what is mounted on it, such as the
 * folder of cgroups on a copy of /sys in somebody's chroot.
 */
interface LeftOut {
  readonly path: AbsolutePath;
  readonly how: "not";
}

function parsed(line: string, root: string): SandboxMount | LeftOut | undefined {
  const fields = line.split(" ");
  const separator = fields.indexOf("-", 6);
  const point = fields[4];
  const type = fields[separator + 1];
  if (separator < 0 || point === undefined || type === undefined) return undefined;
  const whole = unescaped(point);
  if (!whole.startsWith(`${root}/`)) return undefined;
  const path = asAbsolutePath(whole.slice(root.length));
  if (path === undefined || path === "/" || replaced.some((folder) => isBelow(path, folder)))
    return undefined;
  if (kernelTypes.has(type) || isOfAUser(type, fields[separator + 3] ?? "")) return { path, how: "not" };
  const options = (fields[5] ?? "").split(",");
  return { path, how: options.includes("ro") || !canBeLowerLayer(path) ? "bind" : "overlay" };
}

/** A FUSE file system that another account serves may refuse root, keep it waiting, or tell it anything. */
function isOfAUser(type: string, options: string): boolean {
  const owner = /(?:^|,)user_id=(\d+)/.exec(options)?.[1];
  return /^fuse(?:blk)?(?:\.|$)/.test(type) && owner !== undefined && owner !== "0";
}

/**
 * Colon, comma and backslash mean something in overlay's `lowerdir=`, and mount(8) versions differ in
 * escaping them.
 */
function canBeLowerLayer(path: string): boolean {
  return !/[:,\\]/.test(path);
}

/** mountinfo writes blank, tab, line break and backslash as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function depth(path: string): number {
  return path.split("/").length;
}
