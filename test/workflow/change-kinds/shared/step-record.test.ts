import t from "tap";
import { path } from "../../../../src/host/path.js";
import { Problem } from "../../../../src/problem/problem.js";
import {
  readRecord,
  recordUpdate,
  type StepRecord,
} from "../../../../src/workflow/change-kinds/shared/step-record.js";
import { MemoryHost } from "../../../support/memory-host.js";

const file = path("/var/lib/knetctl/names.json");
const names: StepRecord<string> = {
  step: "consumers",
  path: file,
  list: "names",
  entry: (value) => (typeof value === "string" ? value : undefined),
  damaged: () => new Problem("consumer-receipt-invalid", "damaged", { where: { path: file } }),
};
const found = (text?: string) =>
  readRecord(new MemoryHost(text === undefined ? {} : { files: { [file]: text } }).files(), names);

t.test("what is written is read again, and not written twice", async (t) => {
  const [change, ...more] = recordUpdate(names, undefined, ["one", "two"], "two names");
  t.match(
    [change, more.length],
    [{ kind: "write-file", path: file, owner: "root", group: "root", mode: 0o600, before: null }, 0],
  );
  const text = change?.kind === "write-file" ? change.content : "";
  t.same(found(text), { text, written: ["one", "two"] });
  t.same(recordUpdate(names, text, ["one", "two"], "two names"), []);
  t.match(recordUpdate(names, text, [], "none"), [{ before: text, summary: ["none"] }]);
  t.same(found(), { text: undefined, written: [] }, "no record");
});

t.test("a damaged record is none at all: nothing in it is believed", async (t) => {
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"format":2,"names":[]}',
    '{"format":1,"names":{}}',
    '{"format":1,"names":["one",2]}',
  ])
    t.throws(() => found(text), { code: "consumer-receipt-invalid" }, text);
});
