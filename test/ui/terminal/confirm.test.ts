import { PassThrough } from "node:stream";
import { test } from "tap";
import { speak } from "../../../src/language/spoken.js";
import { confirm } from "../../../src/ui/terminal/confirm.js";

function asked(answer: string | null, signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  if (answer === null) input.end();
  else input.write(answer);
  return { answer: confirm("apply this?", signal, { input, output }), output };
}

test("only y and yes are a yes; an end of input is a no", async (t) => {
  for (const yes of ["y\n", "YES\n", " y \r\n"]) t.equal(await asked(yes).answer, true, JSON.stringify(yes));
  for (const no of ["n\n", "\n", "yep\n", "y es\n", null])
    t.equal(await asked(no).answer, false, JSON.stringify(no));
  t.equal(String(asked("y\n").output.read()), "apply this? [y/N] ");
});

test("in Portuguese s and sim are a yes too", async (t) => {
  const said = (text: string): string => (text === "apply this?" ? "aplicar isto?" : text);
  speak({ text: said, word: said, yes: { letter: "s", words: ["s", "sim"] } });
  t.teardown(() => {
    speak(undefined);
  });
  for (const yes of ["s\n", "SIM\n", "y\n"]) t.equal(await asked(yes).answer, true, yes);
  for (const no of ["n\n", "não\n", "\n"]) t.equal(await asked(no).answer, false, no);
  t.equal(String(asked("s\n").output.read()), "aplicar isto? [s/N] ");
});

test("what is said after a question without an answer begins a line of its own", async (t) => {
  const ended = asked(null);
  await ended.answer;
  t.equal(String(ended.output.read()), "apply this? [y/N] \n");
  const stop = new AbortController();
  const stopped = asked("", stop.signal);
  stop.abort();
  await t.rejects(stopped.answer);
  t.equal(String(stopped.output.read()), "apply this? [y/N] \n");
  const answered = asked("n\n");
  await answered.answer;
  t.equal(String(answered.output.read()), "apply this? [y/N] ", "who answers has ended the line");
});

test("a signal ends the question", async (t) => {
  const stop = new AbortController();
  const { answer } = asked("", stop.signal);
  stop.abort();
  await t.rejects(answer, { code: "interrupted" });
  await t.rejects(asked("y\n", stop.signal).answer, { code: "interrupted" });
});
