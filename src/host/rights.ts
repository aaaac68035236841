import type { Rights } from "./host.js";

/** For the owner alone. */
export const privateModes = { file: 0o600, folder: 0o700 } as const;

/** The same for a file that its owner does not change either. */
export const readOnlyByOwner = 0o400;

/** For everybody to read, or to enter, and for the owner to change. */
export const publicModes = { file: 0o644, folder: 0o755 } as const;

/** What root writes for a service: its group reads it, and nobody but the owner changes it. */
export const serviceModes = { file: 0o640, folder: 0o750 } as const;

const root = { uid: 0, gid: 0 } as const;

/** Root's own: nobody else can read such a file, or enter such a folder. */
export const rootsFile: Rights = { mode: privateModes.file, ...root };
export const rootsFolder: Rights = { mode: privateModes.folder, ...root };

/** Root's, for everybody to read, or to enter. */
export const publicFile: Rights = { mode: publicModes.file, ...root };
export const publicFolder: Rights = { mode: publicModes.folder, ...root };

/** The same for as long as a command runs: nobody changes it. */
export const shownFile: Rights = { mode: 0o444, ...root };
