import t from "tap";
import { parsed, places, shownText } from "../problems-of.js";

/** A profile without users whose service has these variables, as YAML in one line. */
const withVariables = (variables: string): string =>
  `key_stores: { A: { type: Pkcs11, module: a.so } }\nservice: { environment: ${variables} }\n`;

const secret = "hunter2";

t.test("variables of the service are read as they are, whatever their names", async (t) => {
  const { profile, problems } = await parsed(
    withVariables(
      `{ OPENSSL_CONF: /etc/ssl/vhsm.cnf, __proto__: "1", EMPTY: "", SIGNER_PIN_FILE: /run/pin }`,
    ),
  );
  t.strictSame(problems, []);
  t.strictSame(
    [...(profile?.service.environment ?? [])],
    [
      ["OPENSSL_CONF", "/etc/ssl/vhsm.cnf"],
      ["__proto__", "1"],
      ["EMPTY", ""],
      ["SIGNER_PIN_FILE", "/run/pin"],
    ],
  );
  t.equal((await parsed(withVariables("{}"))).profile?.service.environment?.size, 0);
});

const refused: readonly [variables: string, ...problems: string[]][] = [
  [`{ KeyStores__A__Pin: ${secret} }`, "profile-pin-literal 2:46"],
  [`{ keystores__a__rootpassword: ${secret} }`, "profile-pin-literal 2:55"],
  [`{ SIGNER_PASSWORD: ${secret} }`, "profile-pin-literal 2:44"],
  [`{ PIN: ${secret} }`, "profile-pin-literal 2:27"],
  ["{ KeyStores__A__TokenLabel: x }", "profile-variable-refused 2:27"],
  ["{ AMPLIA__DEFAULTKEYSTORE: x }", "profile-variable-refused 2:27"],
  ["{ HOME: /srv }", "profile-variable-refused 2:27"],
  ["{ LOGNAME: x }", "profile-variable-refused 2:27"],
  ["{ NODE_OPTIONS: --inspect }", "profile-variable-refused 2:27"],
  ["{ A: 1 }", "profile-type-wrong 2:30"],
  [`{ A: "x\\ny" }`, "profile-value-invalid 2:30"],
  ["{ A-B: x }", "profile-name-invalid 2:27"],
  ["[A]", "profile-type-wrong 2:25"],
];

for (const [variables, ...problems] of refused)
  t.test(`refused: ${variables.replace(secret, "…")}`, async (t) => {
    const result = await parsed(withVariables(variables));
    t.strictSame(places(result), problems);
    t.notMatch(shownText(result), secret, "no secret is shown");
  });
