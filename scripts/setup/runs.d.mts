/** See runs.mjs. */
export const runs: ReadonlyMap<
  string,
  {
    readonly packages?: readonly string[];
    readonly addon?: boolean;
    readonly built: string;
    readonly overlay?: boolean;
  }
>;
