export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const labelName = "[a-zA-Z_][a-zA-Z0-9_]*";
const labelValue = String.raw`"(?:[^"\\\n]|\\\\|\\"|\\n)*"`;
const pair = `${labelName}=${labelValue}`;
const float = String.raw`[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf|NaN)`;
const sampleLine = new RegExp(`^(${name})(?:\\{(${pair}(?:,${pair})*)\\})? (${float})$`);
const helpLine = new RegExp(String.raw`^# HELP (${name}) ((?:[^\\]|\\\\|\\n)*)$`);
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram|summary|untyped)$`);

/**
 * Reads Prometheus' text format 0.0.4 strictly, as it is specified: UTF-8; every line ends in a line feed; a
 * family's HELP, TYPE and samples stand together and in this order, once; no labels twice; nothing else.
 * Throws for the first line that is anything else.
 */
export function parsePrometheus(bytes: Uint8Array): ReadonlyMap<string, ParsedFamily> {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<
    string,
    { type: string; help: string; samples: ParsedFamily["samples"][number][] }
  >();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const help = helpLine.exec(line);
    const type = typeLine.exec(line);
    const sample = sampleLine.exec(line);
    if (line.includes("\r")) throw new Error(`a carriage return: ${JSON.stringify(line)}`);
    if (help !== null) {
      const [, named = "", said = ""] = help;
      if (families.has(named)) throw new Error(`${named} begins again`);
      families.set(named, { type: "", help: said, samples: [] });
      current = named;
    } else if (type !== null) {
      const family = families.get(type[1] ?? "");
      if (family === undefined || type[1] !== current || family.type !== "" || family.samples.length > 0)
        throw new Error(`TYPE out of place: ${line}`);
      family.type = type[2] ?? "";
    } else if (sample !== null) {
      const family = families.get(sample[1] ?? "");
      if (family === undefined || sample[1] !== current || family.type === "")
        throw new Error(`a sample outside of its family: ${line}`);
      const labels = labelsOf(sample[2] ?? "");
      if (family.samples.some((one) => JSON.stringify(one.labels) === JSON.stringify(labels)))
        throw new Error(`the same labels twice: ${line}`);
      family.samples.push({ labels, value: Number(sample[3]) });
    } else throw new Error(`neither HELP, TYPE nor a sample: ${JSON.stringify(line)}`);
  }
  return families;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [, named = "", value = ""] of text.matchAll(new RegExp(`(${labelName})=(${labelValue})`, "g"))) {
    if (Object.hasOwn(labels, named)) throw new Error(`label ${named} twice`);
    labels[named] = value
      .slice(1, -1)
      .replace(/\\(.)/g, (_escape, what: string) => (what === "n" ? "\n" : what));
  }
  return labels;
}
