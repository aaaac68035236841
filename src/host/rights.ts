import type { Rights } from "./host.js";

const root = { uid: 0, gid: 0 } as const;

/** Root's own: nobody else can read such a file, or enter such a folder. */
export const rootsFile: Rights = { mode: 0o600, ...root };
export const rootsFolder: Rights = { mode: 0o700, ...root };

/** Root's, for everybody to read, or to enter. */
export const publicFile: Rights = { mode: 0o644, ...root };
export const publicFolder: Rights = { mode: 0o755, ...root };

/** The same for as long as a command runs: nobody changes it. */
export const shownFile: Rights = { mode: 0o444, ...root };

/** What root writes for a service: its group reads it, and nobody but the owner changes it. */
export const serviceModes = { file: 0o640, folder: 0o750 } as const;

/** The bits by which others than its owner can change a file, or what is in a folder. */
export const writableByOthers = 0o022;
