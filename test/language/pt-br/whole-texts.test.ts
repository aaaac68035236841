import { test } from "tap";
import { article } from "../../../src/host/files/trust.js";
import { translator } from "../../../src/language/translator.js";
import { drillVerdict } from "../../../src/members/drill-verdict.js";
import { scenarios } from "../../../src/members/scenarios.js";
import { readClientConfig } from "../../../src/vendor/client-config/client-config.js";
import { differences } from "../../../src/vendor/client-config/differences.js";
import { existing } from "../../support/existing-config.js";
import { parsed } from "../../profile/problems-of.js";
import { catalogue } from "../catalogue.js";

const { text: said } = translator([...catalogue().values()].flatMap((file) => [...file]));

test("what the client's changes are called is Portuguese too", async (t) => {
  const password = { authenticationType: "password" } as const;
  const file = {
    connections: { old: { ip: "10.0.0.9", port: 1 }, hsm: { ip: "10.0.0.1", port: 1 } },
    users: { gone: { ...password, connection: "old" }, signer: { connection: "old" } },
  };
  const lines = differences(readClientConfig(existing(JSON.stringify(file)).root), {
    connections: new Map([
      ["hsm", [{ ip: "10.0.0.2", port: 1 }]],
      ["new (b)", [{ ip: "10.0.0.3", port: 1 }]],
    ]),
    users: new Map([
      ["signer", { connection: "hsm", ...password }],
      ["new", { connection: "hsm", ...password }],
    ]),
  });
  t.strictSame(lines.map(said), [
    "conexão old: removida",
    "conexão hsm: endpoints 10.0.0.1:1 → 10.0.0.2:1",
    "conexão new (b): acrescentada, endpoints 10.0.0.3:1",
    "usuário gone: removido",
    "usuário signer: conexão old → hsm, authentication_type password",
    "usuário new: acrescentado, conexão hsm",
  ]);
});

test("a verdict over several scenarios is Portuguese to its end", async (t) => {
  const results = scenarios(2, false).map((scenario) => ({
    scenario,
    endpoints: [],
    through: scenario.id === "as-it-is" || scenario.id === "all-but-last-dead",
    firstMs: 1,
    secondMs: 1,
  }));
  t.equal(
    said(drillVerdict(results).text),
    "o failover não funciona quando o primeiro membro recusa; ou quando o primeiro membro é um buraco " +
      "negro; ou quando o primeiro membro fica mudo depois do TLS",
  );
});

test("no kind of entry stays English", async (t) => {
  for (const kind of Object.values(article))
    t.notMatch(said(`it was ${kind}, and is ${kind}`), new RegExp(`\\b(${kind}|was|is)\\b`));
});

test("a mistake about types in a profile is Portuguese", async (t) => {
  const { problems } = await parsed("key_stores: { s: { type: Pkcs11, module: m.so, token_serial: 5 } }\n");
  const [wrong] = problems.filter(({ code }) => code === "profile-type-wrong");
  t.strictSame(
    [wrong?.message, wrong?.detail, wrong?.hint].map((text) => said(text ?? "")),
    [
      "token_serial deve ser texto",
      "encontrado o número 5",
      "coloque-o entre aspas, ou será lido como um número",
    ],
  );
});
