import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test } from "tap";
import { sectionNamed } from "../../../src/formats/elf/elf-sections.js";
import { symbolSlots, type SymbolSlots } from "../../../src/formats/elf/elf-slots.js";
import { eachPageOnce } from "../../../src/formats/elf/fetched-pages.js";

const folder = mkdtempSync(join(tmpdir(), "elf-slots-"));
const library = join(folder, "library.so");
writeFileSync(
  join(folder, "library.c"),
  "int called(void); int named(void); int own(void) { return called(); } int (*pointer)(void) = named;\n",
);
const build = (to: string, ...sources: readonly string[]): Buffer =>
  execFileSync("gcc", ["-shared", "-fPIC", "-o", to, ...sources.map((name) => join(folder, name))], {
    stdio: "pipe",
  });
build(library, "library.c");
/** The loader has 20,000 addresses of its own to put into it, for which it looks up no symbol. */
const withAddresses = join(folder, "addresses.so");
writeFileSync(join(folder, "own.c"), "static int own; int *many[20000] = { [0 ... 19999] = &own };\n");
build(withAddresses, "library.c", "own.c");
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

test("of a library that is read in parts the slots are the same, and few parts are read", async (t) => {
  const whole = readFileSync(withAddresses);
  const parts = Buffer.alloc(whole.length);
  let fetched = 0;
  const fetch = eachPageOnce(parts, (buffer, at, count) => {
    fetched += whole.copy(buffer, at, at, at + count);
  });
  const [expected, found] = [symbolSlots(whole, library), symbolSlots(parts, library, fetch)];
  const named = ({ slots, nameOf }: SymbolSlots) =>
    slots.map(({ address, symbol }) => [address, nameOf(symbol)]);
  t.ok(named(found).some(([, name]) => name === "called"));
  t.strictSame(named(found), named(expected));
  t.ok(whole.length > 500_000 && fetched < 100_000, `${fetched} of ${whole.length} bytes`);
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
