/** What an archive may hold. The vendor's is far below each of these. */
export const archiveLimits = {
  /** Bytes of the file, and of the tar inside a compressed one: 1 GiB. */
  bytes: 1024 ** 3,
  entries: 10_000,
  /** Names one inside the other. */
  depth: 32,
  /** Unpacked bytes for one packed byte, once there are more than `ratioFrom` of them. */
  ratio: 200,
  ratioFrom: 16 * 1024 ** 2,
  /** Refused entries that are shown. */
  shownProblems: 20,
} as const;
