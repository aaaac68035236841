import { symlinkSync } from "node:fs";
import { test } from "tap";
import { lookingOnce, resolveLinks } from "../../../src/host/installer/resolve-links.js";
import { path } from "../../../src/host/path.js";
import { scratch, serviceUid } from "../../support/scratch.js";

/** A root with /usr/lib/a/libx.so.1, and links to it and to nowhere. */
function linked(t: { teardown(work: () => void): void }) {
  const root = scratch(t);
  root.file("usr/lib/a/libx.so.1", "x");
  for (const [name, target] of [
    ["lib", "usr/lib"],
    ["usr/lib/a/libx.so", "libx.so.1"],
    ["usr/lib/b", "/lib/a/"],
    ["usr/lib/up", "../lib/b/libx.so"],
    ["dangling", "usr/none"],
    ["one", "two"],
    ["two", "one"],
  ] as const)
    symlinkSync(target, `${root.folder}/${name}`);
  return root;
}

const cases: readonly (readonly [string, string | undefined])[] = [
  ["/", "/"],
  ["/usr/lib/a", "/usr/lib/a"],
  ["/lib", "/usr/lib"],
  ["/lib/a/libx.so", "/usr/lib/a/libx.so.1"],
  ["/lib/b/libx.so", "/usr/lib/a/libx.so.1"],
  ["/usr/lib/up", "/usr/lib/a/libx.so.1"],
  ["/usr/lib/none", undefined],
  ["/none/lib", undefined],
  ["/dangling", undefined],
  ["/dangling/x", undefined],
  ["/one", undefined],
];

test("links are followed as realpath(3) does, whether each path is looked at once or not", (t) => {
  const files = linked(t).files();
  const once = lookingOnce(files);
  for (const [from, to] of [...cases, ...cases]) {
    t.equal(resolveLinks(files, path(from)), to, from);
    t.equal(resolveLinks(once, path(from)), to, `${from}, once`);
  }
  t.end();
});

test("what lies below a folder that was looked at is not walked to again", (t) => {
  const files = linked(t).files();
  const walked: string[] = [];
  const once = lookingOnce({
    way: (to) => {
      walked.push(to);
      return files.way(to);
    },
  });
  for (const name of [
    "/lib/a/libx.so",
    "/lib/a/libx.so",
    "/lib/a/libx.so.1",
    "/lib/a",
    "/usr",
    "/lib/a/no",
    "/lib/a/no/x",
  ])
    resolveLinks(once, path(name));
  t.same(walked, ["/lib/a/libx.so", "/usr/lib/a/libx.so", "/usr/lib/a/libx.so.1", "/usr/lib/a/no"]);
  t.end();
});

test("a way tells what each entry on it is", (t) => {
  const files = linked(t).files();
  const whole = path("/usr/lib/a/libx.so");
  t.same(files.way(whole), {
    entries: ["/usr", "/usr/lib", "/usr/lib/a", whole].map((one) => files.entry(path(one))),
    link: "libx.so.1",
  });
  t.same(files.way(path("/lib/a")), { entries: [files.entry(path("/lib"))], link: "usr/lib" });
  t.same(files.way(path("/usr/none/x")), { entries: [files.entry(path("/usr"))] });
  t.same(files.way(path("/")), { entries: [] });
  t.end();
});

test("a way does not lead through a stranger's folder, or through a file", (t) => {
  const root = linked(t);
  root.mkdir("home/app", { uid: serviceUid });
  root.file("home/app/file", "x");
  t.match(root.files().way(path("/home/app")).entries, [{ uid: 0 }, { uid: serviceUid }]);
  t.throws(() => root.files().way(path("/home/app/file")), { code: "host-untrusted-owner" });
  t.equal(root.files(serviceUid).way(path("/home/app/file")).entries.length, 3);
  t.throws(() => root.files(serviceUid).way(path("/home/app/file/x")), { code: "host-not-a-folder" });
  t.end();
});
