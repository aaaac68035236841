import { test } from "tap";
import { list, type ListArguments } from "../../../src/commands/ha/list.js";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { MemoryHost } from "../../support/memory-host.js";
import { recordedContext } from "../../support/recorded-context.js";

const config = JSON.stringify({
  connections: { pair: { ip: ["10.0.0.1", "2001:db8::2"], port: ["60161", 60162] }, single: { ip: "10.0.0.3", port: 1 }, odd: { ip: [], port: [] } },
  users: { ca: { connection: "pair" }, tsa: { connection: "pair" }, 'a"b': { connection: "single" } },
});

function run(args: Partial<ListArguments> = {}, json = false) {
  const recorded = recordedContext({ workingFolder: path("/"), json });
  const host = new MemoryHost({ users: [{ user: "amplia", uid: 1, gid: 1, home: path("/home") }], files: { "/home/.config/kryptus/knet/pkcs11/config.json": config } });
  const context = { ...recorded.context, host: () => Promise.resolve(host) };
  return { recorded, exitCode: list({ connections: [], user: "amplia", diagram: false, mermaid: false, ...args }, context) };
}

test("a table in order of preference; what cannot be told comes with the command that repairs it", async (t) => {
  const { recorded, exitCode } = run();
  t.equal(await exitCode, 1);
  t.strictSame(recorded.results, [[
    "connection  order  endpoint             users",
    "pair            1  10.0.0.1:60161       ca, tsa",
    "                2  [2001:db8::2]:60162",
    "single          1  10.0.0.3:1           a\"b",
    "odd                not known",
  ].join("\n")]);
  t.match(recorded.problems, [{ code: "ha-connection-ambiguous", detail: "ip and port are empty lists", hint: /knetctl ha set odd IP:PORT/ }]);
});

test("--json is a document of the schema", async (t) => {
  const { recorded, exitCode } = run({ connections: ["pair"] }, true);
  t.equal(await exitCode, 0);
  t.match(recorded.documents, [{ connections: [{ name: "pair", endpoints: [{ ip: "10.0.0.1", port: 60161 }, {}], users: ["ca", "tsa"] }], problems: [] }]);
  t.ok(report(JSON.parse(JSON.stringify(recorded.documents[0]))), JSON.stringify(report.errors));
});

test("--diagram and --mermaid are the same as pictures", async (t) => {
  const tree = run({ connections: ["pair", "single"], diagram: true });
  t.equal(await tree.exitCode, 0);
  t.strictSame(tree.recorded.results, ["ca, tsa\n└─ pair\n   ├─ 1  10.0.0.1:60161\n   └─ 2  [2001:db8::2]:60162\na\"b\n└─ single\n   └─ 1  10.0.0.3:1"]);
  const chart = run({ connections: ["single"], mermaid: true });
  t.equal(await chart.exitCode, 0);
  t.strictSame(chart.recorded.results, ['flowchart LR\n  c0["single"]\n  u0_0(["a#34;b"]) --> c0\n  c0 -->|1| e0_0["10.0.0.3:1"]']);
});
