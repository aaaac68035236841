import { test } from "tap";
import { execFileSync } from "node:child_process";
import { tarArchive } from "../../src/formats/tar-archive.js";

const time = new Date("2026-11-27T12:00:00Z");
const untar = (archive: Buffer, ...args: readonly string[]): string =>
  execFileSync("tar", [...args, "--file=-"], { input: archive, encoding: "utf8", env: { TZ: "UTC" } });

test("tar(1) reads it, whatever the sizes, and its files are their owner's alone", (t) => {
  const files = [0, 1, 511, 512, 513].map((size) => ({
    name: `${size}.json`,
    content: Buffer.alloc(size, "x"),
  }));
  const archive = tarArchive(files, time);
  for (const { name, content } of files) t.equal(untar(archive, "-xzO", name), content.toString(), name);
  const lines = untar(archive, "-tvz", "--full-time").trim().split("\n");
  t.equal(lines.length, files.length);
  for (const line of lines) t.match(line, /^-rw------- 0\/0 +\d+ 2026-11-27 12:00:00 /);
  t.end();
});

test("a name that does not fit is refused, not cut", (t) => {
  t.throws(() => tarArchive([{ name: "a/".repeat(200), content: Buffer.alloc(0) }], time));
  t.end();
});
