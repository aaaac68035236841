import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import t from "tap";
import { placeOfData, reduceIcu } from "../../scripts/package/reduced-icu.mjs";

const folder = mkdtempSync(join(tmpdir(), "knetctl-icu-test-"));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});

/** Node that was built with the system's ICU has no data of its own. */
const { icu_gyp_path: icu } = process.config.variables as { icu_gyp_path?: string };
const isItself = icu?.endsWith("icu-generic.gyp") === true;

/** What has the data of the node that runs this: itself, or the library of the system that it uses. */
function fileWithData(): string {
  if (isItself) return process.execPath;
  const libraries = execFileSync("ldd", [process.execPath], { encoding: "utf8" });
  // by the name under which the loader looks for it
  return /\S*\/libicudata\.so\.\S+/.exec(libraries)?.[0] ?? "";
}

const original = fileWithData();
const reduced = join(folder, basename(original));
copyFileSync(original, reduced);
const { before, after } = reduceIcu(reduced);

t.test("node does all that knetctl asks of ICU with the reduced data, in English", (t) => {
  const checks = join(import.meta.dirname, "../../scripts/package/icu-checks.cjs");
  execFileSync(isItself ? reduced : process.execPath, [checks], {
    env: { LC_ALL: "C", TZ: "UTC", LD_LIBRARY_PATH: folder },
  });
  t.end();
});

t.test("all else stays in its place, byte by byte, and what is free is zero", (t) => {
  const [old, now] = [readFileSync(original), readFileSync(reduced)];
  const { offset, size } = placeOfData(reduced);
  t.equal(size, before);
  t.ok(after < before / 3, `${String(before)} bytes have become ${String(after)}`);
  t.ok(now.subarray(0, offset).equals(old.subarray(0, offset)));
  t.ok(now.subarray(offset + size).equals(old.subarray(offset + size)));
  t.ok(now.subarray(offset + after, offset + size).every((byte) => byte === 0));
  t.end();
});

t.test("a program that does not say where it has the data is refused", (t) => {
  const other = join(folder, "other");
  copyFileSync("/bin/ls", other);
  t.throws(() => reduceIcu(other), { message: `${other} does not say where it has ICU's data` });
  t.ok(readFileSync(other).equals(readFileSync("/bin/ls")));
  t.end();
});
