import t from "tap";
import { Problem } from "../../../src/problem/problem.js";
import { problemText } from "../../../src/ui/text/problem-text.js";
import { style } from "../../../src/ui/text/width.js";

const plain = style(false);

t.test("what, where, evidence and hint stand on lines of their own", async (t) => {
  const problem = new Problem("profile-port-invalid", "the port is not valid", {
    where: { path: "profile.yaml", line: 4, column: 12 },
    detail: "70000",
    hint: "1 to 65535",
  });
  t.equal(
    problemText(problem, plain),
    "error: the port is not valid [profile-port-invalid]\n  at profile.yaml:4:12\n    70000\n  hint: " +
      "1 to 65535",
  );
});

t.test("warnings say that they are", async (t) => {
  t.match(problemText(new Problem("profile-log-full", "x", { severity: "warning" }), plain), /^warning: x/);
});

t.test("13: the line break in a file's name, which its owner chooses, forges no line of ours", async (t) => {
  const problem = new Problem("host-not-a-file", "a FIFO", {
    where: { path: "/home/x\nerror: all is lost\n  hint: run this" },
  });
  t.equal(
    problemText(problem, plain),
    "error: a FIFO [host-not-a-file]\n  at /home/x\\u000aerror: all is lost\\u000a  hint: run this",
  );
});
