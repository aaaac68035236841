/**
 * Text as mdoc(7) has it: each sentence begins a line, no line is longer than 80 bytes, none is taken for a
 * request. Dashes are those of options only in options.
 */
export function prose(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("…", "...")
    .replaceAll(/(?<!\w)--?\w[\w-]*/g, (option) => option.replaceAll("-", "\\-"))
    .split(/(?<=[^\s.][.!?]\)?) +(?=[A-Z(])|\n/)
    .map((sentence) => sentence.replaceAll(/(?=.{79})(.{1,76}) /g, "$1\n"))
    .join("\n")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}

function escaped(text) {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...");
}

/** One argument of a macro: never a macro itself, nor punctuation. */
export function argument(text) {
  return `"\\&${escaped(text).replaceAll('"', '""')}"`;
}

/** Lines that are shown as they are. */
export function literal(text) {
  const lines = text.split("\n").map((line) => escaped(line).replace(/^(?=[.'])/, "\\&"));
  return [".Bd -literal -offset indent", ...lines, ".Ed"];
}

/** A list of terms; each item: the line that follows `.It`, and its text. */
export function list(items) {
  return [".Bl -tag -width Ds", ...items.flatMap(([head, text]) => [`.It ${head}`, prose(text)]), ".El"];
}

/** Paragraphs, lists and code spans of a page of docs/ as mdoc; of links, their texts. */
export function ofMarkdown(text) {
  const plain = text
    .trim()
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*]/g, "");
  return plain.split(/\n\n+/).flatMap((block) => {
    const items = block.split(/^- /m).map((item) => item.trim().replaceAll(/\s*\n\s*/g, " "));
    if (!block.startsWith("- ")) return [".Pp", prose(items[0])];
    return [".Bl -dash", ...items.slice(1).flatMap((item) => [".It", prose(item)]), ".El"];
  });
}

/** The cells of the rows of the table below a heading, without its head. */
export function tableBelow(page, heading) {
  const [, after] = page.split(new RegExp(`^#+ ${heading}$`, "m"));
  return after
    .split(/^#/m)[0]
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}
