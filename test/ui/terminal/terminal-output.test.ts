import t from "tap";
import { Problem } from "../../../src/problem/problem.js";
import { terminalOutput, type OutputOptions } from "../../../src/ui/terminal/terminal-output.js";

function captured(options: Partial<OutputOptions> & { isTTY?: boolean }) {
  const texts = { out: "", err: "" };
  const isTTY = options.isTTY ?? false;
  const output = terminalOutput({
    json: false,
    verbose: false,
    quiet: false,
    color: true,
    environment: {},
    ...options,
    stdout: { isTTY, write: (text) => (texts.out += text) },
    stderr: { isTTY, columns: 20, write: (text) => (texts.err += text) },
  });
  return { output, texts };
}

t.test("with --json standard output holds one document and standard error JSON lines only", async (t) => {
  const { output, texts } = captured({ json: true, isTTY: true });
  output.note("note");
  output.transient("going");
  output.problem(new Problem("internal-error", "x"));
  output.progress({ type: "change-done" });
  output.document({ a: 1 });
  t.same(JSON.parse(texts.out), { a: 1 });
  t.equal(texts.err, '{"type":"change-done"}\n');
});

t.test("inside an image, problems, notes and events name it; results stay as they are", async (t) => {
  const problem = new Problem("internal-error", "x on this host", { cause: new Error("none on this host") });
  const { output, texts } = captured({ verbose: true });
  output.inside("/srv/x");
  output.problem(problem);
  output.note("a note on this host");
  output.ifThrown("nothing of this host was changed");
  output.thrown([new Problem("undo-nothing", "none")]);
  output.result("+# this host");
  t.match(
    texts.err,
    /x in the image .*none in the image .*a note in the image .*nothing of the image \/srv\/x/s,
  );
  t.notMatch(texts.err, "this host");
  t.equal(texts.out, "+# this host\n");
  const json = captured({ json: true });
  json.output.inside("/srv/x");
  json.output.progress({ type: "left", problem });
  json.output.document({ problems: [problem], diff: ["this host"] });
  t.match(JSON.parse(json.texts.err), { problem: { title: "x in the image /srv/x" } });
  t.match(JSON.parse(json.texts.out), {
    root: "/srv/x",
    problems: [{ title: "x in the image /srv/x" }],
    diff: ["this host"],
  });
});

t.test(
  "a problem stands once, however many parts of a run have met it; another place is another problem",
  async (t) => {
    const { output, texts } = captured({});
    for (const path of ["/a", "/a", "/b", "/a"])
      output.problem(new Problem("internal-error", "x", { where: { path } }));
    t.equal(texts.err, "error: x [internal-error]\n  at /a\nerror: x [internal-error]\n  at /b\n");
  },
);

t.test(
  "below --root it is said, once and first, inside of which folder paths are meant, where any is shown",
  async (t) => {
    const line = /^paths of the host are as seen inside \/srv\/image; .*\nerror: x[^]*\n {2}at \/etc\/a\n$/;
    for (const quiet of [false, true]) {
      const { output, texts } = captured({ quiet });
      output.inside("/srv/image");
      output.problem(new Problem("internal-error", "x", { where: { path: "/etc/a" } }));
      output.result("write /etc/a");
      t.match(texts.err, line);
    }
    const none = captured({});
    none.output.inside("/srv/image");
    none.output.result("nothing to change");
    t.equal(none.texts.err, "", "no path, no line");
    const here = captured({});
    here.output.problem(new Problem("internal-error", "x", { where: { path: "/etc/a" } }));
    t.notMatch(here.texts.err, "as seen inside");
    const json = captured({ json: true });
    json.output.inside("/srv/image");
    json.output.result("write /etc/a");
    json.output.document({ problems: [] });
    t.equal(json.texts.err, "");
    t.match(json.texts.out, '"root": "/srv/image"');
  },
);

t.test("a line under way is shown on a terminal only, and wiped by the next", async (t) => {
  const elsewhere = captured({});
  elsewhere.output.transient("going");
  t.equal(elsewhere.texts.err, "");
  const terminal = captured({ isTTY: true });
  terminal.output.transient("a line that is longer than the terminal");
  terminal.output.note("done");
  t.equal(terminal.texts.err, "a line that is long\r\u001b[Kdone\n");
});

t.test("NO_COLOR and dumb terminals get no colours", async (t) => {
  for (const environment of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    t.equal(captured({ isTTY: true, environment }).output.style.red("x"), "x");
  }
  const { output, texts } = captured({ isTTY: true });
  output.result(output.style.red("x\u001b[32m"));
  t.equal(texts.out, "\u001b[31mx\\u001b[32m\u001b[39m\n", "and no others but ours");
});

t.test("a cause is shown with the stack that its map gives it, whichever problem has it", async (t) => {
  const { output, texts } = captured({
    verbose: true,
    stackOf: ({ message }) => `${message} at src/x.ts:1:1`,
  });
  output.problem(new Problem("archive-missing", "gone", { cause: new Error("why") }));
  t.match(texts.err, /cause: why at src\/x\.ts:1:1/);
});

t.test("technical causes come with --verbose only", async (t) => {
  const problem = new Problem("internal-error", "x", { cause: new Error("the reason") });
  const terse = captured({});
  terse.output.problem(problem);
  t.notMatch(terse.texts.err, "the reason");
  const verbose = captured({ verbose: true });
  verbose.output.problem(problem);
  t.match(verbose.texts.err, "the reason");
});

t.test("--no-color turns colours off, FORCE_COLOR turns them on where there is no terminal", async (t) => {
  const red = "\u001b[31mx\u001b[39m\n";
  const shownAs = (options: Parameters<typeof captured>[0]): string => {
    const { output, texts } = captured(options);
    output.result(output.style.red("x"));
    return texts.out;
  };
  t.equal(shownAs({ isTTY: true, color: false }), "x\n");
  t.equal(shownAs({ environment: { FORCE_COLOR: "1" } }), red);
  t.equal(shownAs({ environment: { FORCE_COLOR: "1", NO_COLOR: "1" } }), red, "what is asked for last wins");
  t.equal(shownAs({ color: false, environment: { FORCE_COLOR: "1" } }), "x\n");
  for (const no of ["0", "false"])
    t.equal(shownAs({ isTTY: true, environment: { FORCE_COLOR: no } }), "x\n", no);
  t.equal(shownAs({ json: true, environment: { FORCE_COLOR: "1" } }), "x\n");
});

t.test("signs are plain where the locale is not UTF-8, and a file's text is left as it is", async (t) => {
  for (const environment of [{ LANG: "C" }, { LC_ALL: "POSIX", LANG: "C.UTF-8" }, { LC_CTYPE: "pt_BR" }]) {
    const { output, texts } = captured({ environment });
    output.note("✓ a → b …");
    output.result("✗ x");
    output.file("→");
    t.same(texts, { err: "+ a -> b ...\n", out: "x x\n→\n" });
  }
  for (const environment of [{}, { LANG: "en_US.utf8" }, { LC_ALL: "", LC_CTYPE: "C.UTF-8", LANG: "C" }]) {
    const { output, texts } = captured({ environment });
    output.note("✓");
    t.equal(texts.err, "✓\n");
  }
});

t.test("what throws ends with one line, after its problems", async (t) => {
  const lastLine = (problems: readonly Problem[], verdict?: string): string => {
    const { output, texts } = captured({});
    if (verdict !== undefined) output.ifThrown(verdict);
    output.thrown(problems);
    return texts.err;
  };
  const error = new Problem("apply-needs-root", "x");
  t.equal(lastLine([error]), "failed: 1 error\n");
  t.equal(lastLine([error, error]), "failed: 2 errors\n");
  t.equal(lastLine([error], "nothing was changed"), "failed: nothing was changed\n");
  t.equal(lastLine([new Problem("internal-error", "x")], "nothing was changed"), "failed: 1 error\n");
  t.equal(lastLine([new Problem("usage-invalid", "x")]), "");
  t.equal(lastLine([new Problem("interrupted", "x")]), "");
  t.equal(
    lastLine([new Problem("interrupted", "x")], "nothing was changed"),
    "interrupted: nothing was changed\n",
  );
});
