export function manualPages(made: {
  readonly date?: number | undefined;
}): Promise<ReadonlyMap<string, string>>;
