const columns = [
  { title: "what", text: ({ what }) => what },
  { title: "ms", text: ({ ms }) => ms.toFixed(1), right: true },
  { title: "against", text: ({ against }) => against },
  { title: "ms", text: ({ againstMs }) => againstMs.toFixed(1), right: true },
  { title: "ratio", text: ({ ratio }) => ratio.toFixed(2), right: true },
  { title: "goal", text: ({ goal }) => (goal === null ? "" : `≤ ${goal}`), right: true },
  { title: "reached", text: ({ reached }) => (reached === null ? "" : reached ? "yes" : "no") },
];

/** The rows as aligned text. */
export function table(rows) {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  return cells
    .map((line) =>
      line
        .map((cell, index) =>
          columns[index].right ? cell.padStart(widths[index]) : cell.padEnd(widths[index]),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
