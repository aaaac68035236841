import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";
import { run } from "./run.mjs";

/**
 * What is taken out of ICU's data, as Node's own build with --with-intl=small-icu does
 * (tools/icu/icu_small.json in its sources): all languages but English, converters of character sets,
 * profiles for names in other protocols, transliterations, look-alikes, and names of characters. Unlike
 * there, names of regions and units stay, and so do the rules for breaking text, without which V8 crashes
 * (github.com/nodejs/node/issues/51752).
 */
const removed = [
  /(^|\/)(?!res_index\.|en\.)[a-z]{2,3}(_[A-Za-z0-9]*)*\.res$/,
  /\.(cnv|spp|cfu)$/,
  /^translit\//,
  /^(cnvalias|unames)\.icu$/,
];
/** The same for people, by what parts.json calls it. */
export const icuChanges = {
  reduced:
    "ICU's data is reduced to English; other languages, converters of character sets, string preparation " +
    "profiles, transliterations, look-alikes and names of characters are left out",
};
/** In each folder of the data, the list of the languages that are there. */
const index = "res_index";

/**
 * Makes ICU's data in a program that exports it, as Node does, a smaller package that is complete in itself.
 * Zeros fill the place up: everything else stays where it was, and they take no room in an archive. Only
 * ICU's own tools change the data, and they refuse to leave anything behind that needs what is gone. The same
 * program gives the same bytes.
 */
export function reduceIcu(program) {
  const { name, offset, size } = placeOfData(program);
  const work = mkdtempSync(join(tmpdir(), "knetctl-icu-"));
  const file = openSync(program, "r+");
  try {
    const [whole, reduced] = ["whole", "reduced"].map((folder) => join(work, folder, `${name}l.dat`));
    for (const one of [whole, reduced]) mkdirSync(dirname(one));
    writeFileSync(whole, bytesAt(file, offset, size));
    reducePackage(whole, reduced, join(work, "lists"));
    const place = Buffer.alloc(size);
    const length = readFileSync(reduced).copy(place);
    writeAt(file, place, offset);
    return { before: size, after: length };
  } finally {
    closeSync(file);
    rmSync(work, { recursive: true });
  }
}

/** Writes the reduced copy of an ICU package (icudt78l.dat); `lists` is a folder that is made for it. */
function reducePackage(whole, reduced, lists) {
  const items = run("icupkg", ["-l", whole]).trim().split("\n");
  const gone = items.filter((item) => removed.some((pattern) => pattern.test(item)));
  const indexes = items.filter((item) => item.endsWith(`${index}.res`));
  for (const item of indexes) {
    const folder = dirname(join(lists, item));
    const isEnglishThere = items.includes(item.replace(index, "en"));
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, `${index}.txt`),
      `${index}:table(nofallback) { InstalledLocales:table { ${isEnglishThere ? 'en {""}' : ""} } }\n`,
    );
    run("genrb", ["--quiet", "--sourcedir", folder, "--destdir", folder, `${index}.txt`]);
  }
  // a list of items is a file whose name ends in .txt
  const [remove, add] = ["remove.txt", "add.txt"].map((name) => join(lists, name));
  writeFileSync(remove, `${gone.join("\n")}\n`);
  writeFileSync(add, `${indexes.join("\n")}\n`);
  run("icupkg", ["--remove", remove, "--add", add, "--sourcedir", lists, whole, reduced]);
}

/** Where a program has ICU's data: its name (icudt78), its place in the file, and how long it is. */
export function placeOfData(program) {
  const symbols = run("nm", ["-D", "--defined-only", "--print-size", program]);
  const [, address, size, name] = /^([0-9a-f]+) ([0-9a-f]+) \w (icudt\d+)_dat(?:@.*)?$/m.exec(symbols) ?? [];
  if (name === undefined)
    throw new SetupFailure(
      `${program} does not say where it has ICU's data`,
      "look for icudtNN_dat in `nm -D`; scripts/package/reduced-icu.mjs needs it",
    );
  const file = openSync(program, "r");
  try {
    return { name, offset: offsetOf(parseInt(address, 16), file), size: parseInt(size, 16) };
  } finally {
    closeSync(file);
  }
}

/** Where in an ELF file of 64 bits, least byte first, is what it has at an address. */
function offsetOf(address, file) {
  const header = bytesAt(file, 0, 64);
  const [at, entry, count] = [
    Number(header.readBigUInt64LE(32)),
    header.readUInt16LE(54),
    header.readUInt16LE(56),
  ];
  const table = bytesAt(file, at, entry * count);
  for (let one = 0; one < table.length; one += entry) {
    const [offset, start, , length] = [8, 16, 24, 32].map((field) =>
      Number(table.readBigUInt64LE(one + field)),
    );
    const isLoaded = table.readUInt32LE(one) === 1;
    if (isLoaded && address >= start && address < start + length) return address - start + offset;
  }
  throw new SetupFailure("ICU's data is in no part of the file that is loaded");
}

function bytesAt(file, offset, length) {
  const bytes = Buffer.alloc(length);
  if (readSync(file, bytes, 0, length, offset) !== length) throw new SetupFailure("the file ends too early");
  return bytes;
}

function writeAt(file, bytes, offset) {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}
