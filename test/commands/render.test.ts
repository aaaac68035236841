import t from "tap";
import { readFileSync } from "node:fs";
import { render } from "../../src/commands/render.js";
import { path } from "../../src/host/path.js";
import { recordedContext } from "../support/recorded-context.js";

const folder = path(import.meta.dirname);
const golden = "../golden/client-config/document-ha";
const expected = readFileSync(`${import.meta.dirname}/${golden}/config.json`, "utf8");
const arguments_ = { profile: `${golden}/profile.yaml`, target: "config", showSecrets: false } as const;

t.test("prints the file as it would be written, and builds no host for it", async (t) => {
  const { context, results, documents, hosts } = recordedContext({ workingFolder: folder });
  t.equal(await render(arguments_, context), 0);
  t.same([results, documents, hosts], [[expected], [], 0]);
});

t.test("with --json: one document with the text", async (t) => {
  const { context, results, documents } = recordedContext({ workingFolder: folder, json: true });
  t.equal(await render(arguments_, context), 0);
  t.same([results, documents], [[], [{ target: "config", text: expected, problems: [] }]]);
});

t.test("a profile that is not valid prints nothing", async (t) => {
  const { context, results } = recordedContext({ workingFolder: folder });
  await t.rejects(render({ ...arguments_, profile: "no-such-profile.yaml" }, context), { name: "Problems" });
  t.same(results, []);
});
