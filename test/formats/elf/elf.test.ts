import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parseElf, parseElfTarget } from "../../../src/formats/elf/elf.js";
import { Problem } from "../../../src/problem/problem.js";

interface Folder {
  testdir(content: Record<string, string>): string;
}

/** A module that needs libfirst.so.1 in version FIRST_1, and defines C_GetFunctionList. */
function build(t: Folder, ...switches: string[]): Buffer {
  const folder = t.testdir({
    "first.c": "int first(void) { return 1; }\n",
    "first.map": "FIRST_1 { global: first; };\n",
    "module.c":
      "int first(void); int C_GetFunctionList(void) { return first(); } static int hidden(void) { " +
      "return 2; } int (*keep)(void) = hidden;\n",
  });
  const gcc = (...args: string[]): void => {
    execFileSync("gcc", ["-shared", "-fPIC", ...args], { cwd: folder, stdio: "pipe" });
  };
  gcc("-o", "libfirst.so", "first.c", "-Wl,-soname,libfirst.so.1", "-Wl,--version-script=first.map");
  gcc(
    "-o",
    "module.so",
    "module.c",
    "-L.",
    "-lfirst",
    "-Wl,-soname,libmodule.so.7",
    "-Wl,-rpath,$ORIGIN/lib:/opt/lib",
    ...switches,
  );
  return readFileSync(join(folder, "module.so"));
}

function codeOf(bytes: Buffer): string {
  try {
    const elf = parseElf(bytes, "x");
    elf.defines("C_GetFunctionList");
    return "parsed";
  } catch (error) {
    return error instanceof Problem ? error.code : `not a Problem: ${String(error)}`;
  }
}

for (const style of ["gnu", "sysv", "both"]) {
  test(`a library tells what it is and what it needs (--hash-style=${style})`, (t) => {
    const elf = parseElf(build(t, `-Wl,--hash-style=${style}`), "module.so");
    t.equal(elf.soname, "libmodule.so.7");
    t.ok(elf.dynamic);
    t.equal(elf.needed[0], "libfirst.so.1");
    t.same(elf.runPath, ["$ORIGIN/lib", "/opt/lib"]);
    t.same(
      elf.versionNeeds.filter(({ library }) => library === "libfirst.so.1"),
      [{ library: "libfirst.so.1", version: "FIRST_1", weak: false }],
    );
    t.ok(elf.defines("C_GetFunctionList"));
    t.notOk(elf.defines("first"), "needed, not defined");
    t.notOk(elf.defines("hidden"), "static");
    t.end();
  });
}

test("the versions a library offers", (t) => {
  build(t);
  const elf = parseElf(readFileSync(join(t.testdirName, "libfirst.so")), "libfirst.so");
  t.ok(elf.versions.has("FIRST_1"));
  t.same(
    [...elf.versions].filter((version) => version.startsWith("OTHER")),
    [],
  );
  t.end();
});

test("the machine of a running program is this one's", (t) => {
  const target = parseElfTarget(readFileSync(process.execPath), process.execPath);
  t.equal(target.bits, 64);
  t.equal(target.machine, { x64: 62, arm64: 183 }[process.arch as "x64" | "arm64"]);
  t.end();
});

test("what is not ELF is said to be none", (t) => {
  t.equal(codeOf(Buffer.alloc(0)), "elf-not-elf");
  t.equal(codeOf(Buffer.from("#!/bin/sh\n")), "elf-not-elf");
  t.equal(codeOf(Buffer.from("\x7fELF\x09\x09", "latin1")), "elf-not-elf");
  t.end();
});

test("a library cut anywhere is a Problem, never a crash", (t) => {
  const whole = build(t);
  const wrong: string[] = [];
  for (let length = 6; length < whole.length; length += 97) {
    const code = codeOf(whole.subarray(0, length));
    // what follows the last loaded segment (section names, debugging) may be missing
    if (code !== "elf-malformed" && code !== "parsed") wrong.push(`${length}: ${code}`);
  }
  t.same(wrong, []);
  t.equal(codeOf(whole.subarray(0, 2000)), "elf-malformed");
  t.end();
});

test("damage anywhere is a Problem or is survived, within a moment", (t) => {
  const whole = build(t);
  const started = performance.now();
  const wrong: string[] = [];
  let seed = 7;
  for (let round = 0; round < 1500; round++) {
    const bytes = Buffer.from(whole);
    for (let flips = 0; flips < 8; flips++) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      // the header and the dynamic tables lie at the beginning and near the end of what is loaded
      bytes[seed % (round % 2 === 0 ? 1024 : bytes.length)] = round % 3 === 0 ? 0xff : seed & 0xff;
    }
    const code = codeOf(bytes);
    if (code.startsWith("not a Problem")) wrong.push(code);
  }
  t.same(wrong, []);
  t.ok(performance.now() - started < 5000);
  t.end();
});

test("the other byte order is read, not guessed", (t) => {
  const file = join(t.testdir(), "big");
  const header = Buffer.alloc(64);
  Buffer.from("\x7fELF\x02\x02\x01", "latin1").copy(header);
  header.writeUInt16BE(3, 16);
  header.writeUInt16BE(22, 18);
  header.writeUInt16BE(56, 54);
  writeFileSync(file, header);
  t.same(parseElfTarget(readFileSync(file), file), { bits: 64, byteOrder: "big", machine: 22 });
  t.end();
});
