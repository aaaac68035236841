import t from "tap";
import { checkClientConfig } from "../../../src/vendor/client-config/render-client-config.js";
import type { ClientConfig } from "../../../src/vendor/client-config/client-config.js";

const wanted: ClientConfig = {
  connections: new Map([["__proto__", [{ ip: "10.0.0.1", port: 1 }]]]),
  users: new Map([["a", { connection: "__proto__", authenticationType: "password" }]]),
};
const good =
  '{"connections": {"__proto__": {"ip": "10.0.0.1", "port": "1"}}, "users": {"a": ' +
  '{"authentication_type": "password", "connection": "__proto__"}}}';

t.test("lets a file pass that says what is wanted", async (t) => {
  await t.resolves(checkClientConfig(good, wanted));
});

for (const [name, text] of Object.entries({
  "is cut": good.slice(0, -1),
  "has a key twice": good.replace('"users"', '"users": {}, "users"'),
  "names another port": good.replace('"1"', '"2"'),
  "has one connection more": good.replace(
    '"__proto__": {',
    '"x": {"ip": "10.0.0.1", "port": "1"}, "__proto__": {',
  ),
  "lacks a user": good.replace(/"a": \{.*\}\}\}/, "}}"),
  "logs more": good.replace(/\}$/, ', "log_verbosity": "full"}'),
})) {
  t.test(`stops a file that ${name}`, async (t) => {
    await t.rejects(checkClientConfig(text, wanted), { code: "client-config-mismatch" });
  });
}

t.test("the schema holds for names of the prototype too", async (t) => {
  const model: ClientConfig = { ...wanted, connections: new Map([["__proto__", [{ ip: "", port: 1 }]]]) };
  await t.rejects(checkClientConfig(good.replace("10.0.0.1", ""), model), {
    code: "client-config-mismatch",
    detail: /schema/,
  });
});
