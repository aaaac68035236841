/** See package.mjs. */
export function pack(options: {
  out: string;
  level: number;
  putNode: (to: string) => Promise<{ licenseText: string; released: string; icu: string }>;
  page?: string;
}): Promise<readonly string[]>;
