// The bits of a mode, by the names of inode(7) and chmod(1): `world` is whoever is neither owner nor in the
// group, and `others` are all but the owner.

/** A program with them runs as its owner, or with its group. */
export const setUserId = 0o4000;
export const setGroupId = 0o2000;
export const setIdBits = setUserId | setGroupId;

/** In such a folder, others cannot rename or remove what is not theirs. */
export const sticky = 0o1000;

export const ownerBits = 0o700;
export const groupBits = 0o070;
export const worldBits = 0o007;

/** What others than the owner may; with none of them, a file or a folder is its owner's alone. */
export const othersBits = groupBits | worldBits;

/** Who may read, write and execute. */
export const permissionBits = ownerBits | othersBits;

/** All that chmod(2) sets. */
export const modeBits = setIdBits | sticky | permissionBits;

export const readableByGroup = 0o040;
export const readableByWorld = 0o004;

export const writableByGroup = 0o020;
export const writableByWorld = 0o002;

/** The bits by which others than its owner can change a file, or what is in a folder. */
export const writableByOthers = writableByGroup | writableByWorld;

/** Of a folder: who may pass through it. */
export const executableByOwner = 0o100;
export const executableByGroup = 0o010;
export const executableByWorld = 0o001;
export const executable = executableByOwner | executableByGroup | executableByWorld;

/** What a system's umask usually takes from what is made. */
export const usualUmask = writableByOthers;

/** Whether a value from a record is a mode. */
export function isMode(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= modeBits;
}
