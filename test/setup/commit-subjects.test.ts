import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "tap";

/** When this began to be held; some older subjects are longer. */
const since = "2026-11-29T05:00:00Z";

test("a commit's subject has at most 72 characters, with the room in front", async (t) => {
  const clone = join(import.meta.dirname, "../..");
  const log = ["log", `--since=${since}`, "--no-merges", "--format=%s"];
  // whoever owns the clone
  const subjects = execFileSync("git", ["-c", `safe.directory=${clone}`, "-C", clone, ...log], {
    encoding: "utf8",
  });
  const wrong = subjects
    .split("\n")
    .filter((subject) => subject !== "" && (subject.length > 72 || !/^[\w/.+, -]+: \S/.test(subject)));
  t.strictSame(wrong, []);
});
