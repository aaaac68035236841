import fc from "fast-check";

/**
 * Any character, or half of one. For fast-check's own unit of this kind a table of all characters is made in
 * each process, which takes most of a second.
 */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
