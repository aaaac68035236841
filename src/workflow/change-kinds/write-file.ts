import type { WriteFile } from "../change.js";
import { replaceFile } from "./replace-file.js";

export const writeFile = replaceFile<WriteFile>({
  content: ({ content }) => Buffer.from(content),
  isContent: ({ content }, now) => now.equals(Buffer.from(content)),
  isPlannedFrom: ({ before }, then) =>
    before === null ? then === undefined : then?.equals(Buffer.from(before)) === true,
});
