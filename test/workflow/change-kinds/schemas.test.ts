import t from "tap";
import { schemaTexts } from "../../../src/generated/schemas.js";
import { journal } from "../../../src/generated/validate-journal.js";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import { changeJson, changeText, contentLines } from "../../../src/ui/reports/plan-text.js";
import { style } from "../../../src/ui/text/width.js";
import { type Change, type ChangeKindName, journaled } from "../../../src/workflow/change.js";
import { changeKinds } from "../../../src/workflow/change-kinds/index.js";

const common = { path: path("/etc/x"), trusting: "amplia" };
const ownership = { owner: "root", group: "amplia" };
const sha256 = "0".repeat(64);

/** One change of each kind, with all that it may say. A new kind does not compile before it is here too. */
const examples: { readonly [K in ChangeKindName]: Change<K> } = {
  "create-account": {
    step: "account",
    kind: "create-account",
    ...common,
    user: "amplia",
    group: "amplia",
    home: path("/var/amplia"),
    createGroup: true,
    createUser: true,
  },
  "create-folder": {
    step: "ownership",
    kind: "create-folder",
    ...common,
    ...ownership,
    mode: 0o750,
    uid: 0,
    gid: 7,
  },
  "write-file": {
    step: "client-config",
    kind: "write-file",
    ...common,
    ...ownership,
    mode: 0o640,
    content: "{}",
    before: "",
    sensitive: false,
    summary: ["connection hsm_1: removed"],
    shown: ["@@ line 1 @@", "-", "+{}"],
  },
  "write-settings": {
    step: "key-stores",
    kind: "write-settings",
    what: "PIN file",
    ...common,
    ...ownership,
    mode: 0o640,
    content: new Secret("Pin=1234"),
    sha256,
    before: sha256,
    summary: ["KeyStores:MyHsm:Pin: <changed>"],
  },
  "set-owner": {
    step: "ownership",
    kind: "set-owner",
    ...common,
    ...ownership,
    from: { owner: "amplia", group: "#7" },
  },
  "set-mode": { step: "ownership", kind: "set-mode", ...common, from: 0o644, mode: 0o640 },
  "set-attributes": {
    step: "module",
    kind: "set-attributes",
    ...common,
    from: { mode: 0o755, attributes: { "user.old": "AA==" } },
    mode: 0o775,
    attributes: { "user.new": "AA==" },
  },
  "run-installer": {
    step: "module",
    kind: "run-installer",
    ...common,
    sha256,
    version: "1.7.0",
    from: "1.6.0",
    timeoutSeconds: 60,
    answers: ["y"],
    unforeseen: "there is no stage",
  },
  "install-file": {
    step: "module",
    kind: "install-file",
    ...common,
    ...ownership,
    uid: 0,
    gid: 7,
    mode: 0o4755,
    sha256,
    size: 5,
    before: { sha256, size: 4, mode: 0o755, uid: 0, gid: 0 },
    brought: false,
    attributes: { "security.capability": "AQAAAgAgAAAAAAAAAAAAAAAAAAA=" },
  },
  "create-link": {
    step: "module",
    kind: "create-link",
    ...common,
    ...ownership,
    uid: 0,
    gid: 7,
    target: "x.1",
    before: { target: "x.0", uid: 0, gid: 0 },
  },
  "remove-entry": {
    step: "module",
    kind: "remove-entry",
    ...common,
    was: { kind: "file", sha256, size: 4, mode: 0o755, uid: 0, gid: 0 },
  },
  "refresh-loader-cache": { step: "module", kind: "refresh-loader-cache", ...common },
  "register-library": {
    step: "module",
    kind: "register-library",
    ...common,
    library: "libkNETPKCS11.so",
    folder: path("/opt/knet"),
  },
  "restart-service": {
    step: "service",
    kind: "restart-service",
    ...common,
    unit: "amplia.service",
    health: "http://localhost:5000/info?key=word",
    timeoutSeconds: 60,
    because: [path("/etc/x")],
  },
};

interface ChangeSchema {
  readonly required: readonly string[];
  readonly properties: { readonly [name: string]: { readonly const?: string } };
}

/** The schemas of changes, by kind; throws where one stands twice. */
function schemasIn(text: string): ReadonlyMap<string, ChangeSchema> {
  const { $defs } = JSON.parse(text) as { $defs: { change: { oneOf: readonly ChangeSchema[] } } };
  const found = $defs.change.oneOf.map((one) => [one.properties["kind"]?.const ?? "", one] as const);
  if (new Set(found.map(([kind]) => kind)).size < found.length) throw new Error("a kind stands twice");
  return new Map(found);
}

function propertiesIn(text: string, { kind }: Change): object {
  return schemasIn(text).get(kind)?.properties ?? {};
}

const names = (object: object): readonly string[] => Object.keys(object).sort();
const kinds = names(changeKinds);

t.test("the schemas know the kinds of changes that there are, and no others", async (t) => {
  t.same([...schemasIn(schemaTexts.journal).keys()].sort(), kinds);
  t.same([...schemasIn(schemaTexts.report).keys()].sort(), kinds);
  for (const [kind, example] of Object.entries(examples)) t.equal(example.kind, kind);
});

for (const example of Object.values(examples)) {
  t.test(`${example.kind}: its JSON is what the report's schema says, member for member`, async (t) => {
    const json = changeJson(example);
    t.ok(report({ changes: [json], problems: [], notes: [] }), JSON.stringify(report.errors));
    // how far it came is the history's to say
    t.same([...names(json), "progress"].sort(), names(propertiesIn(schemaTexts.report, example)));
  });

  t.test(`${example.kind}: a journal keeps it as the journal's schema says, member for member`, async (t) => {
    const kept = JSON.parse(JSON.stringify(journaled(example))) as object;
    const begin = {
      type: "begin",
      format: 1,
      run: "20261127T100000Z-0001",
      sequence: 1,
      time: "2026-11-27T10:00:00Z",
      profile: "p.yaml",
      who: "root",
      version: "0",
    };
    t.ok(journal({ ...begin, changes: [kept] }), JSON.stringify(journal.errors));
    t.same(names(kept), names(propertiesIn(schemaTexts.journal, example)));
  });

  t.test(`${example.kind}: it says what it does in one line`, async (t) => {
    t.match(changeText(example), /^[a-z].*\S$/);
  });
}

t.test("no secret is told, shown or kept", async (t) => {
  const told = [examples["write-settings"], examples["restart-service"]].flatMap((change) => [
    changeText(change),
    ...contentLines(change, style(false)),
    JSON.stringify(changeJson(change)),
  ]);
  const kept = JSON.stringify(journaled(examples["write-settings"]));
  t.notMatch([...told, kept].join("\n"), /1234|key=word/);
});
