import t from "tap";
import type { Problem } from "../../../src/problem/problem.js";
import { parsed } from "../problems-of.js";

async function problemOf(store: string, code: string): Promise<Problem | undefined> {
  return (await parsed(`key_stores:\n  s: { ${store} }\n`)).problems.find((problem) => problem.code === code);
}

t.test("an unknown type is told with the four there are, and the one that is meant", async (t) => {
  const allowed = "allowed: Pkcs11, Kryptus, AzureKeyVault, Dinamo";
  t.match(await problemOf("type: PKCS11", "profile-value-invalid"), {
    detail: `found "PKCS11"; ${allowed}`,
    hint: "did you mean Pkcs11?",
  });
  t.match(await problemOf("type: Cng", "profile-value-invalid"), { hint: /Windows/ });
  t.match(await problemOf("type: native", "profile-value-invalid"), { hint: /deprecated/ });
  t.match(await problemOf("type: database", "profile-value-invalid"), { hint: /DatabaseKeyStoreEnabled/ });
});

t.test("a key of another type is told with the type and what it takes", async (t) => {
  const problem = await problemOf(
    "type: Dinamo, address: h, user: u, password: { file: x }, host: h",
    "profile-key-unknown",
  );
  t.match(problem, {
    message: "unknown key of the Dinamo key store",
    detail: 'found "host"; allowed: type, address, user, password, target',
  });
});

t.test("text that YAML reads as a number is to be put in quotes", async (t) => {
  for (const [written, store] of [
    ["12345678", "token_serial"],
    ["1e10", "token_serial"],
    ["0123", "token_serial"],
    ["0x10", "token_label"],
  ] as const) {
    t.match(await problemOf(`type: Pkcs11, module: m.so, ${store}: ${written}`, "profile-type-wrong"), {
      message: `${store} must be text`,
      detail: `found the number ${written}`,
      hint: "put it in quotes, or it is read as a number",
    });
  }
});

t.test("a target whose form cannot be told is told the four forms", async (t) => {
  t.match(
    await problemOf("type: Pkcs11, module: m.so, target: /etc/amplia/settings", "profile-form-unknown"),
    { hint: /ini, json, env, systemd/ },
  );
});

t.test("log_verbosity full of a service in production says so", async (t) => {
  const { problems } = await parsed(
    "key_stores: { s: { type: Pkcs11, module: m.so } }\nlog_verbosity: full\nservice: { unit: " +
      "amplia.service }\n",
  );
  t.match(problems, [{ code: "profile-log-full", detail: /production/ }]);
});
