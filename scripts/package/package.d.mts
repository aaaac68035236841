/** See package.mjs. */
export function pack(options: {
  out: string;
  level: number;
  putNode: (to: string) => Promise<{ licenseText: string }>;
}): Promise<readonly string[]>;
