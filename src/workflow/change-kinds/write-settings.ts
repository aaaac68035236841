import { sha256 } from "../../host/sha256.js";
import type { WriteSettings } from "../change.js";
import { replaceFile } from "./replace-file.js";

/** Settings hold secrets, so that a journal knows their text by its hash alone. */
export const writeSettings = replaceFile<WriteSettings>({
  content: ({ content }) => {
    if (content === undefined) throw new Error("a change from a journal was to be made");
    return Buffer.from(content.reveal());
  },
  isContent: (change, now) => sha256(now) === change.sha256,
  isPlannedFrom: ({ before }, then) => (then === undefined ? before === null : sha256(then) === before),
});
