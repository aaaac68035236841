import t from "tap";
import { readFileSync, realpathSync } from "node:fs";
import { render } from "../../src/commands/run/render.js";
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

t.test(
  "a value that Docker Compose would read differently is printed, with a warning on the side that " +
    "does not quote it",
  async (t) => {
    const folder = realpathSync(
      t.testdir({
        "p.yaml":
          "key_stores: { a: { type: Dinamo, address: 10.0.0.9, user: 'op$1', password: { file: x } } }\n",
      }),
    );
    const { context, results, documents } = recordedContext({ workingFolder: path(folder), json: true });
    t.equal(await render({ profile: "p.yaml", target: "env", showSecrets: false }, context), 0);
    t.match(documents, [
      {
        text: "KeyStores__a__User=op$1\n",
        problems: [{ code: "settings-value-compose", detail: "KeyStores:a:User: " }],
      },
    ]);
    t.same(results, []);
  },
);
