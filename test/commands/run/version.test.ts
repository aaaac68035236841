import { mkdirSync } from "node:fs";
import t, { type Test } from "tap";
import { version } from "../../../src/commands/run/version.js";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { recordedContext } from "../../support/recorded-context.js";
import { scratch } from "../../support/scratch.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const parts = {
  version: "0.1.0",
  commit,
  packages: [{ name: "yaml", version: "2.9.1", license: "ISC" }],
  addon: { name: "pkcs11js", version: "2.1.7" },
  schemas: ["urn:knetctl:schema:profile"],
};

interface Installation {
  readonly json?: boolean;
  readonly list?: string;
  readonly node?: string;
  readonly withAddon?: boolean;
}

/** A program in FOLDER/dist, with a Node beside it, and with what is there of the rest. */
function installed(t: Test, { json = false, list, node, withAddon = false }: Installation = {}) {
  const { folder, file } = scratch(t);
  file("dist/parts.json", list ?? JSON.stringify(parts));
  file("dist/pkcs11-worker.cjs", "");
  if (withAddon) {
    file("node_modules/pkcs11js/index.js", "");
    file("node_modules/pkcs11js/build/Release/pkcs11.node", "");
  }
  const recorded = recordedContext({ workingFolder: path(folder), json });
  const context = {
    ...recorded.context,
    programFolder: path(`${folder}/dist`),
    self: { node: path(node ?? `${folder}/bin/node`), script: path(`${folder}/dist/knetctl.cjs`) },
  };
  return { ...recorded, folder, context };
}

const { node: nodeVersion, v8, openssl } = process.versions;

t.test("the plain form is four lines: the program, its Node, what is in that, the addon", async (t) => {
  const { context, folder, results } = installed(t, { withAddon: true });
  t.equal(version(context), 0);
  t.same(results, [
    `knetctl 0.1.0, commit ${commit}\n` +
      `Node ${nodeVersion}, its own: ${folder}/bin/node\n` +
      `V8 ${v8}, OpenSSL ${openssl}\n` +
      `pkcs11js 2.1.7: ${folder}/node_modules/pkcs11js/build/Release/pkcs11.node`,
  ]);
});

t.test("a missing addon is said, and so is nothing about a commit that is not known", async (t) => {
  const list = JSON.stringify({ ...parts, commit: null });
  const { context, results } = installed(t, { list, node: "/usr/bin/node" });
  t.equal(version(context), 0);
  t.match(results[0], /^knetctl 0\.1\.0\nNode [\d.]+: \/usr\/bin\/node\n/);
  t.match(results[0], /pkcs11js 2\.1\.7: its addon is missing$/);
});

t.test("the document names every part, and is as its schema says", async (t) => {
  const { context, folder, documents } = installed(t, { json: true, withAddon: true });
  mkdirSync(`${folder}/installers/simulator`, { recursive: true });
  t.equal(version(context), 0);
  t.strictSame(documents, [
    {
      version: "0.1.0",
      commit,
      node: {
        version: nodeVersion,
        path: `${folder}/bin/node`,
        carried: true,
        v8,
        openssl,
        released: null,
        icu: null,
      },
      addon: { ...parts.addon, path: `${folder}/node_modules/pkcs11js/build/Release/pkcs11.node` },
      packages: parts.packages,
      schemas: parts.schemas,
      simulator: `${folder}/installers/simulator`,
      problems: [],
    },
  ]);
  t.ok(report(documents[0]), JSON.stringify(report.errors));
});

t.test("what the package knows of its Node is said, and nothing of another Node", (t) => {
  const said = (of: string, node?: string): unknown => {
    const about = { version: of, released: "2026-01-02", icu: "reduced" };
    const list = JSON.stringify({ ...parts, node: about });
    const { context, documents } = installed(t, { json: true, list, ...(node !== undefined && { node }) });
    t.equal(version(context), 0);
    t.ok(report(documents[0]), JSON.stringify(report.errors));
    return documents[0];
  };
  const nothing = { node: { released: null, icu: null } };
  t.match(said(nodeVersion), { node: { released: "2026-01-02", icu: "reduced" } });
  t.match(said("20.0.0"), nothing, "the list is of another one");
  t.match(said(nodeVersion, "/usr/bin/node"), nothing, "the system's own runs the program");
  t.end();
});

t.test("what is not there is null in the document, and another's Node is not carried", async (t) => {
  const list = JSON.stringify({ ...parts, commit: null });
  const { context, documents } = installed(t, { json: true, list, node: "/usr/bin/node" });
  t.equal(version(context), 0);
  t.match(documents[0], { commit: null, node: { carried: false }, addon: { path: null }, simulator: null });
  t.ok(report(documents[0]), JSON.stringify(report.errors));
});

t.test("a list that is damaged, or another version's, is refused", async (t) => {
  const other = JSON.stringify({ ...parts, version: "0.0.9" });
  for (const [list, detail] of [
    ["{", /not what the build wrote/],
    ["[]", /not what the build wrote/],
    [other, /that of 0\.0\.9, the program is 0\.1\.0/],
  ] as const) {
    const { context, folder } = installed(t, { list });
    t.throws(() => version(context), {
      code: "installation-incomplete",
      where: { path: `${folder}/dist/parts.json` },
      detail,
      hint: "install knetctl again",
    });
  }
});
