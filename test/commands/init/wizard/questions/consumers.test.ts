import t from "tap";
import type { Answers, Question } from "../../../../../src/commands/init/wizard/question.js";
import { nextQuestion } from "../../../../../src/commands/init/wizard/sequence.js";
import { describedBy } from "../../../../../src/commands/init/wizard/wizard-profile.js";
import { consumers } from "../../../../../src/consumers/consumers.js";
import { profileText } from "../../../../../src/description/profile-text.js";
import { fieldsOf } from "../../../../../src/formats/json/json-values.js";
import { profileSchemaText } from "../../../../../src/generated/schemas.js";
import { path } from "../../../../../src/host/path.js";
import { isError } from "../../../../../src/problem/problem.js";
import { parseProfile } from "../../../../../src/profile/parse-profile.js";
import { readProfile } from "../../../../../src/profile/reading/read-profile.js";
import { answered, scene } from "../answered.js";

const connected = { "endpoint.1": "10.1.2.3:60161", "user.1": "ca" };

/** What an example of the schema has at a key of a consumer of this type; a text that any key may have. */
function exampleOf(type: string, key: string): string {
  const definitions = Object.values(fieldsOf(fieldsOf(JSON.parse(profileSchemaText))["$defs"]));
  const examples = definitions.flatMap((one) => {
    const { examples: some } = fieldsOf(one);
    return Array.isArray(some) ? some.map(fieldsOf) : [];
  });
  const value = examples.find((example) => example["type"] === type)?.[key];
  return typeof value === "string" ? value : "none";
}

async function profileOf(answers: Answers): Promise<{ text: string; errors: readonly string[] }> {
  const text = await profileText(describedBy(answers, scene()), []);
  const reading = await readProfile(Buffer.from(text), "profile.yaml");
  const { problems } = "document" in reading ? parseProfile(reading.document, path("/root")) : reading;
  return { text, errors: problems.filter(isError).map((one) => `${one.message} ${one.detail ?? ""}`) };
}

/** The question that comes after the answers up to the one with this id. */
function questionAt(answers: Answers, id: string): Question {
  const before = new Map([...answers].slice(0, [...answers.keys()].indexOf(id)));
  const question = nextQuestion(before, scene());
  if (question?.id !== id) throw new Error(`${question?.id ?? "none"} instead of ${id}`);
  return question;
}

t.test("every consumer of the table is a choice, has its keys' questions, and makes a profile", async (t) => {
  for (const { type, title, keys, pin, place } of consumers) {
    const required = Object.entries(keys).filter(([, key]) => key.required === true);
    const answers = answered(scene(), {
      ...connected,
      "program.1": type,
      ...Object.fromEntries(required.map(([key]) => [`consumer.1.${key}`, exampleOf(type, key)])),
    });
    t.match(
      questionAt(answers, "program.1"),
      { choices: [{ value: "amplia" }, ...consumers.map((one) => ({ value: one.type })), { value: "" }] },
      title,
    );
    t.same(
      [...answers.keys()].filter((id) => id.startsWith("consumer.")),
      [
        "consumer.1",
        ...Object.keys(keys).map((key) => `consumer.1.${key}`),
        "consumer.1.module",
        ...(place.kind === "paste" ? [] : ["consumer.1.file"]),
        ...(pin === "file" ? ["consumer.1.pin_file"] : []),
      ],
    );
    for (const id of answers.keys())
      if (id.startsWith("consumer.")) t.not(questionAt(answers, id).help.length, 0, `${type}: help of ${id}`);
    const { text, errors } = await profileOf(answers);
    t.same(errors, [], text);
    t.match(text, `  ${type}: { type: ${type}, user: ca`);
    t.notMatch(text, /\bmodule: |\bfile: \/etc\/(?!knetctl)|pin_file/, "what is usual is not written");
  }
});

t.test("several: each with a name and a token of its own, after Amplia or without it", async (t) => {
  const answers = answered(scene(), {
    ...connected,
    "user.2": "tsa",
    "program.1": "amplia",
    "program.2": "openssl-provider",
    "consumer.2": "tls",
    "consumer.2.user": "tsa",
    "consumer.2.key": "tls: 2026",
    "consumer.2.pin_file": "/etc/tls/pin",
    "program.3": "p11-kit",
    "consumer.3.user": "ca",
    "program.4": "p11-kit",
    "consumer.4.user": "tsa",
    "consumer.4.module": "/opt/knet.so",
  });
  const { text, errors } = await profileOf(answers);
  t.same(errors, []);
  t.match(
    text,
    `consumers:
  tls: { type: openssl-provider, user: tsa, key: "tls: 2026", pin_file: /etc/tls/pin }
  p11-kit: { type: p11-kit, user: ca }
  p11-kit-2: { type: p11-kit, user: tsa, module: /opt/knet.so }
`,
  );
  t.match(questionAt(answers, "consumer.2.user"), { choices: [{ value: "ca" }, { value: "tsa" }] });
  t.notOk("usual" in questionAt(answers, "consumer.2.user"), "which token it is cannot be guessed");
  t.notMatch(questionAt(answers, "program.3"), { choices: [{ value: "" }, { value: "amplia" }] });
});

t.test("what is typed about a consumer is refused as the profile would be", (t) => {
  const answers = answered(scene(), {
    ...connected,
    "program.1": "openssl-provider",
    "consumer.1": "tls",
    "program.2": "openssl-engine",
  });
  const faultOf = (id: string, answer: string): string | undefined => {
    const question = questionAt(answers, id);
    return question.kind === "choice" ? "no text" : question.check(answer);
  };
  t.equal(faultOf("consumer.1", "tls"), undefined);
  t.equal(faultOf("consumer.1", ""), "it needs a name");
  t.match(faultOf("consumer.1", "a b"), /^name of the consumer is not valid: found "a b"/);
  t.match(faultOf("consumer.2", "tls"), /already a consumer with this name/);
  t.equal(faultOf("consumer.1.key", ""), undefined);
  t.match(faultOf("consumer.1.key", "a".repeat(256)), /^key is not valid: /);
  t.match(faultOf("consumer.1.module", "libkNETPKCS11.so"), /^module is not a usable path: /);
  t.match(faultOf("consumer.1.pin_file", "a b"), /^pin_file is not a usable path: /);
  t.match(faultOf("consumer.2.file", "/etc/ssl/tls.cnf"), /^two consumers would write the same file: /);
  t.equal(faultOf("consumer.2.file", "/etc/ssl/other.cnf"), undefined);
  t.end();
});

t.test("what is taken over stays, and others are added beside it", async (t) => {
  const described = {
    comments: [],
    connections: new Map([["hsm", [{ ip: "10.1.2.3", port: 60161 }]]]),
    users: new Map([["ca", { connection: "hsm", pin: { prompt: true } }]]),
    service: new Map([["user", "app"]]),
    stores: [],
    consumers: new Map([["p11-kit", new Map([["type", "p11-kit"]])]]),
  };
  const here = scene({ found: { archives: [], units: [], described } });
  const answers = answered(here, { "take-over": "yes", "program.1": "p11-kit" });
  t.equal(answers.get("consumer.1"), "p11-kit-2");
  const text = await profileText(describedBy(answers, here), []);
  t.match(text, "  p11-kit: { type: p11-kit }\n  p11-kit-2: { type: p11-kit, user: ca }\n");
  t.end();
});
