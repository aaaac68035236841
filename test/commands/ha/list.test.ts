import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "tap";
import { list, type ListArguments } from "../../../src/commands/ha/list-connections.js";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { Problems } from "../../../src/problem/problem.js";
import { MemoryHost } from "../../support/memory-host.js";
import { scratch } from "../../support/scratch.js";
import { recordedContext } from "../../support/recorded-context.js";

const config = JSON.stringify({
  connections: {
    pair: { ip: ["10.0.0.1", "2001:db8::2"], port: ["60161", 60162] },
    single: { ip: "10.0.0.3", port: 1 },
    odd: { ip: [], port: [] },
  },
  users: { ca: { connection: "pair" }, tsa: { connection: "pair" }, 'a"b': { connection: "single" } },
});

function run(args: Partial<ListArguments> = {}, json = false, { text = config, root = "/" } = {}) {
  const recorded = recordedContext({ workingFolder: path("/"), json });
  const users = ["amplia", "svc2"].map((user) => ({ user, uid: 1, gid: 1, home: path("/home") }));
  const host = Object.assign(
    new MemoryHost({ users, files: { "/home/.config/kryptus/knet/pkcs11/config.json": text } }),
    { root: path(root) },
  );
  const context = { ...recorded.context, host: () => Promise.resolve(host) };
  return {
    recorded,
    exitCode: list({ connections: [], user: "amplia", diagram: false, mermaid: false, ...args }, context),
  };
}

/** What a command throws, as text. */
function refusal(exitCode: Promise<number>): Promise<string> {
  return exitCode.then(
    () => "",
    (error: unknown) => JSON.stringify(error instanceof Problems ? error.list : error),
  );
}

test("a table in order of preference; where one is unknown, the command that repairs it", async (t) => {
  const { recorded, exitCode } = run();
  t.equal(await exitCode, 1);
  t.strictSame(recorded.results, [
    [
      "connection  order  endpoint             users",
      "pair            1  10.0.0.1:60161       ca, tsa",
      "                2  [2001:db8::2]:60162",
      'single          1  10.0.0.3:1           a"b',
      "odd                not known",
    ].join("\n"),
  ]);
  t.match(recorded.problems, [
    {
      code: "ha-connection-ambiguous",
      detail: "ip and port are empty lists",
      hint: /knetctl ha set odd IP:PORT/,
    },
  ]);
  t.strictSame(recorded.notes, ["failed: 1 error"]);
});

test("--json is a document of the schema", async (t) => {
  const { recorded, exitCode } = run({ connections: ["pair"] }, true);
  t.equal(await exitCode, 0);
  t.match(recorded.documents, [
    {
      connections: [{ name: "pair", endpoints: [{ ip: "10.0.0.1", port: 60161 }, {}], users: ["ca", "tsa"] }],
      problems: [],
    },
  ]);
  t.ok(report(JSON.parse(JSON.stringify(recorded.documents[0]))), JSON.stringify(report.errors));
});

test("--diagram and --mermaid are the same as pictures", async (t) => {
  const tree = run({ connections: ["pair", "single"], diagram: true });
  t.equal(await tree.exitCode, 0);
  t.strictSame(tree.recorded.results, [
    'ca, tsa\n└─ pair\n   ├─ 1  10.0.0.1:60161\n   └─ 2  [2001:db8::2]:60162\na"b\n└─ single\n   └─ ' +
      "1  10.0.0.3:1",
  ]);
  const chart = run({ connections: ["single"], mermaid: true });
  t.equal(await chart.exitCode, 0);
  t.strictSame(chart.recorded.results, [
    'flowchart LR\n  c0["single"]\n  u0_0(["a#34;b"]) --> c0\n  c0 -->|1| e0_0["10.0.0.3:1"]',
  ]);
});

test("a picture says too where endpoints cannot be told, and shows a name that is empty", async (t) => {
  const text = JSON.stringify({
    connections: { "": { ip: [], port: [] } },
    users: { ca: { connection: "" } },
  });
  const tree = run({ diagram: true }, false, { text });
  t.equal(await tree.exitCode, 1);
  t.strictSame(tree.recorded.results, ['ca\n└─ ""\n   └─ endpoints not known']);
  const chart = run({ mermaid: true }, false, { text });
  t.equal(await chart.exitCode, 1);
  t.strictSame(chart.recorded.results, [
    'flowchart LR\n  c0["#34;#34;"]\n  u0_0(["ca"]) --> c0\n  c0 -.- e0["endpoints not known"]',
  ]);
});

test("a picture is not JSON, and is not left out without a word", async (t) => {
  await t.rejects(run({ diagram: true }, true).exitCode, {
    code: "usage-invalid",
    message: "--diagram is not JSON",
  });
  await t.rejects(run({ mermaid: true }, true).exitCode, {
    code: "usage-invalid",
    message: "--mermaid is not JSON",
  });
});

test("the command that repairs it is for the same root, user and home", async (t) => {
  const { recorded, exitCode } = run({ connections: ["odd"], user: "svc2", home: "/home" }, false, {
    root: "/srv/img",
  });
  t.equal(await exitCode, 1);
  t.match(recorded.problems, [
    { hint: /: knetctl ha set odd IP:PORT… --user svc2 --home \/home --root \/srv\/img$/ },
  ]);
  await t.rejects(run({}, false, { text: "{}", root: "/srv/img" }).exitCode, {
    code: "ha-config-no-connections",
    hint: /knetctl apply PROFILE --root \/srv\/img$/,
  });
});

test("nothing is to be moved away where nothing would be written anew", async (t) => {
  const said = await refusal(run({}, false, { text: "// old\n{}", root: "/srv/img" }).exitCode);
  t.match(said, /client-config-comment.*correct it/);
  t.notMatch(said, /mv /);
});

test(
  "what is wrong with the file of --config is told in words for one that is no profile, and nobody is " +
    "asked to move it",
  async (t) => {
    const { folder } = scratch(t);
    const files: Readonly<Record<string, readonly [content: string | undefined, code: string]>> = {
      missing: [undefined, "ha-config-missing"],
      text: ["root:x:0:0", "client-config-not-json"],
      folder: [undefined, "client-config-not-a-file"],
      huge: [" ".repeat(5 * 1024 * 1024 + 1), "client-config-too-large"],
      empty: ["{}", "ha-config-no-connections"],
    };
    mkdirSync(`${folder}/folder`);
    for (const [name, [content, code]] of Object.entries(files)) {
      if (content !== undefined) writeFileSync(`${folder}/${name}`, content);
      const said = await refusal(run({ config: `${folder}/${name}` }).exitCode);
      t.match(said, `"code":"${code}"`, name);
      t.match(said, '"hint":', name);
      t.notMatch(said, /mv |profile|knetctl ha set/, name);
    }
    writeFileSync(`${folder}/odd`, config);
    chmodSync(`${folder}/odd`, 0o600);
    const odd = run({ config: `${folder}/odd`, connections: ["odd"] });
    t.equal(await odd.exitCode, 1);
    t.match(odd.recorded.problems, [{ hint: /^correct it there/ }]);
  },
);

test("a service user or a file that is not there: no hint offers what a verb does not take", async (t) => {
  await t.rejects(run({ user: "nosuch" }).exitCode, {
    code: "account-missing",
    hint: /ha list and ha probe read any config\.json with --config/,
  });
  await t.rejects(run({ home: "/elsewhere" }).exitCode, {
    code: "ha-config-missing",
    hint: /with --home; ha list and ha probe/,
  });
});
