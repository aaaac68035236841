import t from "tap";
import { Interview } from "../../../../src/commands/init/wizard/interview.js";
import type { Question } from "../../../../src/commands/init/wizard/question.js";

const text = (id: string, more: Partial<Question> = {}): Question =>
  ({
    id,
    option: id,
    kind: "text",
    message: `${id}?`,
    help: ["why"],
    check: (answer: string) => (answer === "bad" ? "it is bad" : undefined),
    ...more,
  }) as Question;

t.test("going back takes the last typed answer, and what options answered since", async (t) => {
  const interview = new Interview(new Map([["b", "given"]]));
  await interview.take(text("a"), "1", true);
  await interview.take(text("b"), interview.given(text("b")) ?? "", false);
  t.same(
    [...interview.answers],
    [
      ["a", "1"],
      ["b", "given"],
    ],
  );
  t.equal(interview.back(), true);
  t.same([...interview.answers], []);
  t.equal(interview.given(text("b")), "given", "an option answers again");
  t.equal(interview.back(), false, "there is nothing before the first");
});

t.test("an answer that takes others back takes back what options said, too", async (t) => {
  const interview = new Interview(new Map([["a", "10.0.0.1:1"]]));
  await interview.take(text("a"), "10.0.0.1:1", false);
  await interview.take(text("again", { forgets: () => ["a", "again"] }), "yes", true);
  t.same([...interview.answers], []);
  t.equal(interview.given(text("a")), undefined, "it is asked for now");
});

t.test("a PIN is no answer: it is kept apart", async (t) => {
  const interview = new Interview(new Map());
  const secret = text("pin.a", { kind: "secret" });
  await interview.take(secret, "123456", true);
  t.notMatch(JSON.stringify([...interview.answers]), "123456");
  t.equal(interview.pin("pin.a")?.reveal(), "123456");
  interview.back();
  t.equal(interview.pin("pin.a"), undefined);
});

t.test("what an option says is checked as what is typed is, and a PIN is not quoted", (t) => {
  t.throws(() => new Interview(new Map([["a", "bad"]])).given(text("a")), { message: "--a: it is bad" });
  const source = text("pin-source.a", { kind: "choice", option: "pin", choices: [] });
  const given = (answer: string) => (): unknown =>
    new Interview(new Map([[source.id, answer]])).given(source);
  for (const answer of ["file:/x", "credential:a", "fd:3", "env:A", "prompt"])
    t.equal(given(answer)(), answer);
  t.throws(given("123456"), { message: /never the PIN itself/ });
  t.throws(given("123456"), { message: /^(?!.*123456)/s });
  t.end();
});
