/** See reduced-icu.mjs. */
export const icuChanges: Readonly<Record<string, string>>;
export function reduceIcu(program: string): { before: number; after: number };
export function placeOfData(program: string): { name: string; offset: number; size: number };
