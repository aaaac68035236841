import fc from "fast-check";
import { seed } from "./seed.js";

// a test that may fail by chance is believed by nobody; other inputs come with another seed
fc.configureGlobal({ seed });

/**
 * Any character, or half of one. For fast-check's own unit of this kind a table of all characters is made in
 * each process, which takes most of a second.
 */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));

export default fc;
