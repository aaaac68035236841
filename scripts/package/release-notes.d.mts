/** See release-notes.mjs. */
export function releaseNotes(of: {
  readonly tag: string;
  readonly version: string;
  readonly changelog: string;
}): string;
