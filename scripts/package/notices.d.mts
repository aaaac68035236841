interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
}
/** See notices.mjs. */
export function noticesOf(packages: readonly Package[]): string;
export function noticesWithNode(
  notices: string,
  node: { readonly version: string; readonly licenseText: string; readonly changed?: string },
): string;
