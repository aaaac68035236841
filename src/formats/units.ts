export const mebibyte = 1024 ** 2;
export const gibibyte = 1024 ** 3;

/** A size for people: 5 MiB. */
export function mebibytes(bytes: number): string {
  return `${bytes / mebibyte} MiB`;
}

/** Milliseconds. */
export const dayMs = 24 * 60 * 60 * 1000;
