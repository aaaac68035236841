import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test } from "tap";
import { sectionNamed } from "../../../src/formats/elf/elf-sections.js";
import { symbolSlots } from "../../../src/formats/elf/elf-slots.js";

const folder = mkdtempSync(join(tmpdir(), "elf-slots-"));
const library = join(folder, "library.so");
writeFileSync(
  join(folder, "library.c"),
  "int called(void); int named(void); int own(void) { return called(); } int (*pointer)(void) = named;\n",
);
execFileSync("gcc", ["-shared", "-fPIC", "-o", library, join(folder, "library.c")], { stdio: "pipe" });
const bytes = readFileSync(library);

t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});

function read(offset: number, size: number): Buffer {
  const file = openSync(library, "r");
  try {
    const buffer = Buffer.alloc(size);
    return buffer.subarray(0, readSync(file, buffer, 0, size, offset));
  } finally {
    closeSync(file);
  }
}

test("the slots are where the linker's own tool sees them", async (t) => {
  const { slots, nameOf } = symbolSlots(bytes, library);
  const told = execFileSync("readelf", ["--relocs", "--wide", library], { encoding: "utf8" });
  const expected = told
    .split("\n")
    .flatMap((line) => [...line.matchAll(/^([0-9a-f]{8,16}) .* [0-9a-f]{8,16} (\w+)(?:@\S+)? \+ 0$/g)])
    .map(([, address = "", symbol]) => `${Number.parseInt(address, 16)} ${symbol}`);
  t.ok(expected.some((slot) => slot.endsWith(" called")) && expected.some((slot) => slot.endsWith(" named")));
  t.strictSame(slots.map(({ address, symbol }) => `${address} ${nameOf(symbol)}`).sort(), expected.sort());
});

test("a damaged library has no slots", async (t) => {
  for (const length of [64, 200, 1000])
    t.strictSame(symbolSlots(bytes.subarray(0, length), library).slots, []);
  t.throws(() => symbolSlots(Buffer.from("text"), library), { code: "elf-not-elf" });
});

test("a section is found by its name, without reading the file", async (t) => {
  const told = execFileSync("readelf", ["--sections", "--wide", library], { encoding: "utf8" });
  const [, address = "", size = ""] = / \.text +PROGBITS +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+)/.exec(told) ?? [];
  t.strictSame(sectionNamed(".text", read), {
    address: Number.parseInt(address, 16),
    size: Number.parseInt(size, 16),
  });
  t.equal(sectionNamed(".no-such", read), undefined);
  t.equal(
    sectionNamed(".text", () => Buffer.alloc(0)),
    undefined,
  );
});
