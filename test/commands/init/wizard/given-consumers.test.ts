import t from "tap";
import { givenAnswers } from "../../../../src/commands/init/wizard/given.js";
import { consumers } from "../../../../src/consumers/consumers.js";

const given = (consumer: readonly string[], consumerSet: readonly string[] = []) =>
  Object.fromEntries(givenAnswers({ consumer, consumerSet }));

t.test("--consumer and --consumer-set answer the questions of each consumer", (t) => {
  t.same(given(["openssl-provider:tls", "p11-kit"], ["tls.key=a=b.c", "p11-kit.module=/x.so"]), {
    "program.1": "openssl-provider",
    "program.2": "p11-kit",
    "program.3": "",
    "consumer.1": "tls",
    "consumer.1.key": "a=b.c",
    "consumer.2.module": "/x.so",
  });
  t.end();
});

t.test("without a name a consumer is called by its type, and with one consumer by nothing", (t) => {
  t.match(given(["p11-kit", "p11-kit"], ["p11-kit-2.file=/a"]), { "consumer.2.file": "/a" });
  t.match(given(["openssl-provider"], ["key=a"]), { "consumer.1.key": "a" });
  t.match(given(["openssl-provider:a.b"], ["a.b.key=a"]), { "consumer.1.key": "a" }, "a name with a dot");
  t.end();
});

t.test("Amplia comes first, and without --consumer it is asked for others", (t) => {
  const answers = givenAnswers({ keyStore: ["Main"], hsmUser: ["ca"], consumer: ["p11-kit"] });
  t.equal(answers.get("program.1"), "amplia");
  t.equal(answers.get("program.2"), "p11-kit");
  t.equal(givenAnswers({ keyStore: ["Main"], hsmUser: ["ca"] }).has("program.2"), false);
  t.end();
});

t.test("what names no type, consumer or key is refused, and what there is is named", (t) => {
  const refused = (consumer: readonly string[], set: readonly string[], expected: object): void => {
    t.throws(() => given(consumer, set), { code: "usage-invalid", ...expected });
  };
  refused(["p11kit"], [], { hint: "did you mean p11-kit?", detail: /there are p11-kit, / });
  refused(["p11-kit:"], [], { detail: /found "p11-kit:"/ });
  refused([], ["tls.key=a"], { detail: "there is no --consumer" });
  refused(["openssl-provider:tls"], ["other.key=a"], { detail: 'there are "tls"' });
  refused(["openssl-provider:tls"], ["tls.key"], { message: /takes NAME.KEY=VALUE/ });
  refused(["openssl-provider", "p11-kit"], ["key=a"], { message: /takes NAME.KEY=VALUE/ });
  refused(["openssl-provider:tls"], ["tls.kye=a"], { hint: "did you mean key?" });
  refused(["p11-kit"], ["pin_file=/a"], { detail: "there are user, module, file" });
  t.end();
});

t.test("every type of the table can be given", (t) => {
  for (const { type } of consumers) t.equal(given([type])["program.1"], type);
  t.end();
});
