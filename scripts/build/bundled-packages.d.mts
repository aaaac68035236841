/** See bundled-packages.mjs. */
export function bundledPackages(files: readonly string[]): readonly {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
}[];
