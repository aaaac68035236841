import { PassThrough } from "node:stream";
import { test } from "tap";
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

test("a signal ends the question", async (t) => {
  const stop = new AbortController();
  const { answer } = asked("", stop.signal);
  stop.abort();
  await t.rejects(answer, { code: "interrupted" });
  await t.rejects(asked("y\n", stop.signal).answer, { code: "interrupted" });
});
