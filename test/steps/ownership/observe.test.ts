import t from "tap";
import { execFileSync } from "node:child_process";
import { path } from "../../../src/host/path.js";
import { foreignness } from "../../../src/steps/ownership/standing.js";
import { observeTree, observeWay } from "../../../src/steps/ownership/observe.js";
import { MemoryHost } from "../../support/memory-host.js";
import { scratch } from "../../support/scratch.js";

const all = () => true;

t.test(
  "parents come before children; what is not the client's is not looked at; a missing folder is nothing",
  async (t) => {
    const files = new MemoryHost({
      files: { "/h/.config/kryptus/b/c": "", "/h/.config/kryptus/knet/x": "", "/h/.config/other/b": "" },
    }).files();
    const observed = observeTree(files, path("/h/.config"), all);
    t.same(
      observed?.entries.map((one) => one.path),
      ["kryptus", "kryptus/b", "kryptus/b/c", "kryptus/knet", "kryptus/knet/x"].map(
        (name) => `/h/.config/${name}`,
      ),
    );
    t.same(
      observed?.entries.filter(({ onTheWay }) => onTheWay).map((one) => one.path),
      ["/h/.config/kryptus", "/h/.config/kryptus/knet"],
    );
    t.equal(observed?.isShared, true);
    t.same(
      observeWay(files, path("/h/.config"))?.entries.map((one) => one.path),
      ["/h/.config/kryptus", "/h/.config/kryptus/knet"],
    );
    t.equal(observeTree(files, path("/h/none"), all), undefined);
  },
);

t.test("a tree made to keep root busy is refused, with its place", async (t) => {
  const files = new MemoryHost({ folders: [`/h/.config/kryptus${"/x".repeat(200)}`] }).files();
  t.throws(() => observeTree(files, path("/h/.config"), all), {
    code: "ownership-too-deep",
    where: { path: /^\/h\/\.config\/kryptus\/x/ },
  });
});

t.test("a name that is not UTF-8 is told, not passed over", async (t) => {
  const small = scratch(t);
  const folder = small.mkdir("h/kryptus");
  execFileSync("/bin/sh", ["-c", `printf x > "$1/$(printf 'bad\\377name')"`, "sh", folder]);
  const observed = observeTree(small.files(), path("/h"), all);
  const reader = {
    service: { user: "amplia", group: "amplia" },
    account: undefined,
    group: undefined,
    accounts: new MemoryHost({}).accounts,
  };
  t.same(
    observed?.entries.map((one) => foreignness(one, reader)?.code),
    [undefined, "ownership-name"],
  );
});
