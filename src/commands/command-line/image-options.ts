/** Numeric ids of an account and its group. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/**
 * What the service's account gets in an image that does not have it yet: fixed, since Kubernetes and Compose
 * start it by its numbers, and above those of accounts that distributions make.
 */
export const usualIds: Ids = { uid: 10001, gid: 10001 };

export const idsOption = {
  type: "string",
  requiresArg: true,
  value: "UID[:GID]",
  coerce: idsIn,
  describe:
    "ids of the service's account in the application's image, for the targets that make or start it " +
    "(default: 10001)",
} as const;

export const imageOption = {
  type: "string",
  requiresArg: true,
  value: "NAME:TAG",
  coerce: imageIn,
  describe:
    "the application's image, for the targets that make or start it (default: localhost/ and the service " +
    "user)",
} as const;

/** Throws for anything but `10001` or `10001:10002`, neither root's. */
function idsIn(value: unknown): Ids | undefined {
  if (value === undefined) return undefined;
  const [, uid, gid = uid] =
    /^([1-9]\d{0,9})(?::([1-9]\d{0,9}))?$/.exec(typeof value === "string" ? value : "") ?? [];
  const ids = { uid: Number(uid), gid: Number(gid) };
  if (Math.max(ids.uid, ids.gid) < 0xffff_ffff) return ids;
  throw new Error("--ids takes the numbers of a user and a group, neither root's: 10001:10001");
}

/** Throws for what is not a name with a tag; a digest names one image, and knetctl's has another. */
function imageIn(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (
    typeof value === "string" &&
    /^[a-z0-9](?:[a-z0-9._/-]|:\d+\/){0,200}:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9_])?$/.test(value)
  )
    return value;
  throw new Error("--image takes an image's name with a tag, registry.example.org/amplia:1");
}
