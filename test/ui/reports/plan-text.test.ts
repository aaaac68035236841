import t from "tap";
import { path } from "../../../src/host/path.js";
import { Problem } from "../../../src/problem/problem.js";
import { changeJson, planText } from "../../../src/ui/reports/plan-text.js";
import { style } from "../../../src/ui/text/width.js";
import type { WriteFile } from "../../../src/workflow/change-kinds/write-file.js";
import type { Plan } from "../../../src/workflow/plan.js";

const write: WriteFile = {
  step: "profile-file",
  kind: "write-file",
  path: path("/c.json"),
  owner: "root",
  group: "amplia",
  mode: 0o640,
  before: "a\nb\n",
  content: "a\nc\n",
  sensitive: false,
  summary: ["connection hsm_1: changed"],
};

function planOf(change: WriteFile): Plan {
  const step = {
    id: "client-config",
    title: "client configuration",
    plan: () => Promise.reject(new Error()),
  } as const;
  return {
    steps: [{ step, changes: [change], problems: [], notes: ["a note"] }],
    changes: [change],
    problems: [],
  };
}

t.test("shows the step, the change, its meaning and its diff", async (t) => {
  t.equal(
    planText(planOf(write), { style: style(false) }),
    `client configuration
  ~ edit file /c.json  0640 root:amplia
      connection hsm_1: changed
      @@ line 1 @@
       a
      -b
      +c
  · a note

1 change`,
  );
});

t.test(
  "of a record that knetctl keeps for itself, the plan says what it is about and quotes no line",
  async (t) => {
    const record: WriteFile = {
      ...write,
      path: path("/var/lib/knetctl/module.json"),
      group: "root",
      mode: 0o600,
      summary: ["records what is installed: version 1.7.0"],
    };
    t.match(
      planText(planOf(record), { style: style(false) }),
      `  ~ edit knetctl's record /var/lib/knetctl/module.json  0600 root:root
      records what is installed: version 1.7.0
  · a note`,
    );
    t.match(changeJson(record)["diff"], ["@@ line 1 @@", " a", "-b", "+c"]);
  },
);

t.test("of a file that may hold others' secrets, only the lines are shown that its step gives", async (t) => {
  const config: WriteFile = { ...write, step: "client-config" };
  t.same(changeJson(config)["diff"], [], "an older knetctl recorded none");
  t.same(changeJson({ ...config, shown: ["+<text>"] })["diff"], ["+<text>"]);
});

t.test("sensitive content is never shown", async (t) => {
  const text = planText(planOf({ ...write, sensitive: true, before: "Pin=1234\n", content: "Pin=9876\n" }), {
    style: style(false),
  });
  t.notMatch(text, /1234|9876/);
  t.match(text, "<changed>");
});

t.test("a note is told as the output tells notes; a diff stays as it is", async (t) => {
  const told = (text: string): string => text.replaceAll(/[a-z]/g, "x");
  t.match(planText(planOf(write), { style: style(false), told }), /^ {7}a\n.*^ {2}· x xxxx$/ms);
});

t.test("an empty plan says so", async (t) => {
  t.match(planText({ steps: [], changes: [], problems: [] }, { style: style(false) }), /^nothing to change/);
});

t.test("a host that was not seen, or a plan that was not made, is not said to be as wanted", async (t) => {
  const step = { id: "module", title: "module", plan: () => Promise.reject(new Error()) } as const;
  const blocked = planText(
    { steps: [], changes: [], problems: [new Problem("archive-missing", "no")] },
    { style: style(false) },
  );
  t.equal(blocked, "no plan: something is in the way");
  const hidden = planText(
    { steps: [{ step, changes: [], problems: [], notes: [], unseen: true }], changes: [], problems: [] },
    { style: style(false) },
  );
  t.match(hidden, /nothing to change in what could be seen/);
});
