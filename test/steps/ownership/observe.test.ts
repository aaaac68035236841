import t from "tap";
import { execFileSync } from "node:child_process";
import { path } from "../../../src/host/path.js";
import { ownershipProblems } from "../../../src/steps/ownership/changes.js";
import { observeTree } from "../../../src/steps/ownership/observe.js";
import { MemoryHost } from "../../support/memory-host.js";
import { scratch } from "../../support/scratch.js";

t.test("parents come before children; a missing folder is empty", async (t) => {
  const files = new MemoryHost({ files: { "/h/.config/a/b": "", "/h/.config/c": "" } }).files();
  t.same(observeTree(files, path("/h/.config")).map((one) => one.path), ["/h/.config", "/h/.config/a", "/h/.config/a/b", "/h/.config/c"]);
  t.same(observeTree(files, path("/h/none")), []);
});

t.test("a tree made to keep root busy is refused, with its place", async (t) => {
  const files = new MemoryHost({ folders: [`/h/.config${"/x".repeat(200)}`] }).files();
  t.throws(() => observeTree(files, path("/h/.config")), { code: "ownership-too-deep", where: { path: /^\/h\/\.config\/x/ } });
});

t.test("a name that is not UTF-8 is told, not passed over", async (t) => {
  const all = scratch(t);
  const folder = all.mkdir("h");
  execFileSync("/bin/sh", ["-c", `printf x > "$1/$(printf 'bad\\377name')"`, "sh", folder]);
  const entries = observeTree(all.files(), path("/h"));
  t.equal(entries.length, 2);
  t.same(ownershipProblems(entries, undefined, new MemoryHost({}).accounts).map(({ code }) => code), ["ownership-name"]);
});
