import { test } from "tap";
import { verbs } from "../../src/commands/verbs.js";
import { isGroup } from "../../src/commands/verb.js";
import { documents, jsonTable, notInTable } from "../support/json-table.js";

test("every command has its row in the table of JSON documents, and every document its command", (t) => {
  const commands = verbs.flatMap((one) =>
    isGroup(one) ? one.verbs.map(({ name }) => `${one.name} ${name}`) : [one.name],
  );
  t.strictSame(Object.keys(jsonTable).sort(), commands.sort());
  const named = new Set(["failure", ...Object.values(jsonTable).flatMap((row) => row.documents)]);
  t.strictSame([...named].sort(), [...documents.keys()].sort());
  t.end();
});

test("what a command prints beyond its row is found", (t) => {
  const line = (type: string): string => `${JSON.stringify({ type })}\n`;
  t.equal(notInTable(["--json", "verify", "p"], { problems: [] }, line("proof-done")), undefined);
  t.match(
    notInTable(["verify", "p"], { problems: [] }, line("change-done")),
    /no line has the type change-done/,
  );
  t.match(notInTable(["ha", "list"], { problems: [], other: 1 }, ""), /keys problems, other/);
  t.end();
});
