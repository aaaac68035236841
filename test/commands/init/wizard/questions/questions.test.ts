import t from "tap";
import type { Scene } from "../../../../../src/commands/init/wizard/scene.js";
import { nextQuestion } from "../../../../../src/commands/init/wizard/sequence.js";
import { describedBy } from "../../../../../src/commands/init/wizard/wizard-profile.js";
import { profileText } from "../../../../../src/description/profile-text.js";
import { secretFile } from "../../../../../src/description/secret-file.js";
import { answered, scene } from "../answered.js";

t.test("the questions, in the order in which people have the answers", (t) => {
  const answers = answered(scene(), {
    "endpoint.1": "10.1.2.3:60161",
    "user.1": "ca",
    "program.1": "amplia",
  });
  t.same(
    [...answers.keys()],
    [
      ...["archive", "endpoint.1", "endpoint.2", "connection", "user.1", "pin-source.ca", "user.2"],
      ...["service-user", "create", "unit", "program.1", "key-store.ca", "settings", "default-store"],
      ...["amplia-version", "program.2"],
    ],
  );
  t.end();
});

t.test("answers make a profile, with quotes where YAML needs them", async (t) => {
  const here = scene({ hashes: new Map([["a.tar", "ab".repeat(32)]]) });
  const answers = answered(here, {
    archive: "a.tar",
    "endpoint.1": "10.1.2.3:60161",
    "endpoint.2": "[2001:db8::7]:60161",
    "user.1": "ca: signer",
    "user.2": "tsa",
    "pin-source.tsa": "prompt",
    create: "yes",
    unit: "app@1.service",
    health: "http://localhost/",
    "program.1": "amplia",
    "key-store.ca: signer": "Main",
    "key-store.tsa": "",
    "amplia-version": "4.10",
  });
  const text = await profileText(describedBy(answers, here), []);
  const pinFile = secretFile("ca: signer");
  t.equal(
    text,
    `connections:
  hsm_1:
    endpoints:
      - { ip: 10.1.2.3, port: 60161 }
      - { ip: 2001:db8::7, port: 60161 }
users:
  "ca: signer": { connection: hsm_1, pin: { file: ${pinFile} } }
  tsa: { connection: hsm_1, pin: { prompt: true } }
module:
  archive: a.tar
  sha256: ${"ab".repeat(32)}
service: { user: amplia, unit: app@1.service, health: http://localhost/, create: true }
key_stores:
  Main: { type: Pkcs11, user: "ca: signer", target: /etc/amplia/appsettings.conf }
default_key_store: Main
amplia:
  version: "4.10"
`,
  );
});

t.test("found accounts and units are offered, and others can be named", (t) => {
  const units = [
    { name: "signer.service", user: "signer" },
    { name: "other.service", user: undefined },
  ];
  const here = scene({ found: { archives: [], units, described: undefined } });
  const answers = answered(here, { "endpoint.1": "10.1.2.3:1", "user.1": "ca", "service-user": "signer" });
  const before = new Map([...answers].slice(0, [...answers.keys()].indexOf("unit")));
  t.match(nextQuestion(before, here), {
    id: "unit",
    choices: [{ value: "signer.service" }, { name: "none" }, { name: "another one" }],
  });
  t.end();
});

t.test("a member that did not pass is named again, or kept", (t) => {
  const problem = { severity: "error" };
  const probed = new Map([["10.1.2.3:1", { problems: [problem], report: {} }]]) as unknown as Scene["probed"];
  const here = scene({ probed });
  const question = nextQuestion(
    new Map([
      ["archive", ""],
      ["endpoint.1", "10.1.2.3:1"],
    ]),
    here,
  );
  t.match(question, { id: "endpoint.1.keep" });
  t.same(question?.forgets?.("again"), ["endpoint.1", "endpoint.1.keep"]);
  t.same(question?.forgets?.("keep"), []);
  t.end();
});

t.test("what is typed is refused with a reason", (t) => {
  const faultOf = (before: readonly (readonly [string, string])[], answer: string): string | undefined => {
    const question = nextQuestion(new Map(before), scene());
    return question === undefined || question.kind === "choice" ? "no text" : question.check(answer);
  };
  const first = [["archive", ""]] as const;
  t.match(faultOf(first, ""), /needed/);
  t.match(faultOf(first, "10.1.2.3"), /not an endpoint/);
  t.equal(faultOf(first, "10.1.2.3:60161"), undefined);
  t.match(faultOf([...first, ["endpoint.1", "10.1.2.3:1"]], "10.1.2.3:1"), /twice/);
  const users = [...first, ["endpoint.1", "10.1.2.3:1"], ["endpoint.2", ""], ["connection", "c"]] as const;
  t.match(faultOf(users, "a".repeat(33)), /32 bytes/);
  t.match(faultOf(users, " a"), /space/);
  const pin = [...users, ["user.1", "a"], ["pin-source.a", "type"]] as const;
  t.match(faultOf(pin, ""), /empty/);
  t.match(faultOf(pin, '"a"'), /quotes/);
  t.equal(faultOf(pin, "123456"), undefined);
  t.end();
});
