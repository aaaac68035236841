import { realpathSync } from "node:fs";
import t, { type Test } from "tap";
import { render } from "../../../src/commands/run/render.js";
import { path } from "../../../src/host/path.js";
import { recordedContext } from "../../support/recorded-context.js";

const profile = `
connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { ca: { connection: hsm_1, pin: { file: no-such-file } } }
consumers:
  one: { type: openssl-engine, key: a }
  two: { type: openssl-engine, key: b }
  rpki: { type: krill }
`;

function rendered(t: Test, more: { target: string; consumer?: string; keyStore?: string }) {
  const folder = realpathSync(t.testdir({ "p.yaml": profile }));
  const { context, results, hosts } = recordedContext({ workingFolder: path(folder) });
  return render({ profile: "p.yaml", showSecrets: false, ...more }, context).then(() => [results, hosts]);
}

t.test("without a host, and without reading a PIN", async (t) => {
  const [results, hosts] = await rendered(t, { target: "krill" });
  t.match(results, [/user_pin = "<PIN of ca>"\n$/]);
  t.equal(hosts, 0);
});

t.test("which of several is asked for", async (t) => {
  t.match(await rendered(t, { target: "openssl-engine", consumer: "two" }), [[/object=b;/]]);
  await t.rejects(rendered(t, { target: "openssl-engine" }), {
    code: "usage-invalid",
    detail: '"one", "two"',
  });
  await t.rejects(rendered(t, { target: "openssl-engine", consumer: "rpki" }), { code: "render-nothing" });
  await t.rejects(rendered(t, { target: "p11-kit" }), { code: "render-nothing" });
});

t.test("options that belong to other targets are refused", async (t) => {
  await t.rejects(rendered(t, { target: "krill", keyStore: "x" }), { code: "usage-invalid" });
  await t.rejects(rendered(t, { target: "config", consumer: "x" }), { code: "usage-invalid" });
});
