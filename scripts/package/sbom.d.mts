interface Parts {
  readonly version: string;
  readonly commit: string | null;
  readonly packages: readonly { readonly name: string; readonly version: string; readonly license: string }[];
}
/** See sbom.mjs. */
export function sbomOf(of: {
  readonly parts: Parts;
  readonly lock: unknown;
  readonly artefact?: { readonly file: string; readonly sha256: string };
  readonly node?: {
    readonly version: string;
    readonly versions: Readonly<Record<string, string | undefined>>;
    readonly sha256: string;
    readonly changed?: string;
  };
}): string;
