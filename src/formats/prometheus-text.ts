/** Metrics of one name. By convention the name ends in its base unit: `_seconds`. */
export interface MetricFamily {
  /** `knetctl_member_up`: letters, digits and underscores. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
  /** Of values with the same labels, which must not occur twice, the one that is told. */
  readonly worst: "least" | "most";
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Gauges in Prometheus' text format 0.0.4, which the node exporter's textfile collector reads: UTF-8, for
 * each family HELP, TYPE and its samples; a family without samples is left out. No text in it can begin a
 * line or another label (prometheus.io/docs/instrumenting/exposition_formats).
 */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap((family) => [
      `# HELP ${family.name} ${escaped(family.help)}`,
      `# TYPE ${family.name} gauge`,
      ...[...worstOf(family)].map(([labels, value]) => `${family.name}${labels} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function worstOf({ samples, worst }: MetricFamily): ReadonlyMap<string, number> {
  const pick = worst === "least" ? Math.min : Math.max;
  const values = new Map<string, number>();
  for (const { labels, value } of samples) {
    const text = labelsText(labels);
    values.set(text, pick(values.get(text) ?? value, value));
  }
  return values;
}

function labelsText(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** The line feed alone has an escape; a reader may take a carriage return for the end of a line too. */
function escaped(text: string): string {
  return text.replaceAll("\r", "").replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
