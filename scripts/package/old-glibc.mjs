import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";
import { inClone } from "../setup/clone.mjs";
import { run } from "./run.mjs";

/** The oldest C library that Node 24 itself runs with: Debian 10's, and that of Red Hat's 8. */
export const oldestGlibc = "2.28";

/** Their versions differ between distributions: symbols are named without one, which all of them satisfy. */
const unversioned = [
  [/^CURL_/, "libcurl.so.4"],
  [/^libjansson/, "libjansson.so.4"],
];
/** Where functions were that the C library has taken in since. */
const formerly = [
  [/^dl(open|close|sym|error|addr|info)$/, "libdl.so.2"],
  [/^(pthread|sem)_/, "libpthread.so.0"],
];

/**
 * Compiles and links a file that runs with the C library of `oldestGlibc` and with all newer ones. The linker
 * takes the newest version of each symbol that this machine has. Where that is too new, the file is linked
 * again, with libraries in front that have nothing but those symbols, each in an older version; the dynamic
 * loader finds that one in every later C library. Throws a SetupFailure for a symbol that has no older
 * version.
 */
export function linkForOldGlibc({ compiler: [compiler, ...language], flags, sources, libraries, out, work }) {
  const folder = mkdtempSync(join(work, "link-"));
  const objects = sources.map((source, index) => {
    const object = join(folder, `${index}.o`);
    run(compiler, [...language, ...flags, "-c", "-o", object, source]);
    return object;
  });
  const link = (instead) =>
    run(compiler, [...flags, "-o", out, ...objects, oldNames(folder), ...instead, ...libraries]);
  link([]);
  link(stubs(folder, neededVersions(out)));
  const left = neededVersions(out).filter(({ version }) => isTooNew(version));
  if (left.length === 0) return;
  throw new SetupFailure(
    `${out} needs a newer C library than ${oldestGlibc}: ` +
      left.map(({ symbol, version }) => `${symbol} of ${version}`).join(", "),
    "give it an older name in installers/package/old-glibc.c",
  );
}

/** Compiled on its own, since a C++ compiler would take it for C++. */
function oldNames(folder) {
  const object = join(folder, "old-glibc.o");
  run("gcc", ["-std=c11", "-O2", "-fPIC", "-c", "-o", object, inClone("installers/package/old-glibc.c")]);
  return object;
}

/** Symbols that a file needs of other libraries, with their versions. */
export function neededVersions(file) {
  return run("nm", ["-D", "--undefined-only", "--with-symbol-versions", file])
    .split("\n")
    .flatMap((line) => {
      const [, symbol, version] = /^\s+[Uwv] ([^@]+)@([^@]+)$/.exec(line) ?? [];
      return symbol === undefined ? [] : [{ symbol, version }];
    });
}

const numbers = (version) => version.split(".").map(Number);

export function isTooNew(version) {
  const [, found] = /^GLIBC_([\d.]+)$/.exec(version) ?? [];
  if (found === undefined) return false;
  const [[major, minor = 0], [oldMajor, oldMinor]] = [numbers(found), numbers(oldestGlibc)];
  return major > oldMajor || (major === oldMajor && minor > oldMinor);
}

/**
 * Libraries for the linker alone, which have the symbols that `out` needs under the names that are wanted of
 * them. The linker takes one library of a name, so that each has all that is needed of it.
 */
function stubs(folder, needed) {
  const older = olderVersions();
  const wanted = needed.flatMap(({ symbol, version }) => {
    const other = unversioned.find(([names]) => names.test(version))?.[1];
    if (other !== undefined) return [{ symbol, library: other }];
    const wantedVersion = isTooNew(version) ? older.get(symbol)?.[0] : version;
    if (!version.startsWith("GLIBC_") || wantedVersion === undefined) return [];
    const library = formerly.find(([names]) => names.test(symbol))?.[1] ?? "libc.so.6";
    return [{ symbol, library, version: wantedVersion, isNew: isTooNew(version) }];
  });
  return [...new Set(wanted.map(({ library }) => library))]
    .map((library) => [library, wanted.filter((one) => one.library === library)])
    .filter(([, symbols]) => symbols.some(({ version, isNew }) => version === undefined || isNew))
    .map(([library, symbols]) => stub(folder, library, symbols));
}

function stub(folder, library, symbols) {
  const place = join(folder, "stubs");
  mkdirSync(place, { recursive: true });
  const [source, script, out] = ["c", "map", "so"].map((ending) => join(place, `${library}.${ending}`));
  writeFileSync(source, symbols.map(({ symbol }) => `void ${symbol}(void) {}\n`).join(""));
  const versions = [...new Set(symbols.flatMap(({ version }) => version ?? []))];
  const nodes = versions.map((version) => {
    const names = symbols.filter((one) => one.version === version).map(({ symbol }) => `${symbol};`);
    return `${version} { ${names.join(" ")} };\n`;
  });
  writeFileSync(script, nodes.join(""));
  run("gcc", [
    ...["-w", "-fno-builtin", "-shared", "-nostdlib", "-fPIC", `-Wl,-soname,${library}`],
    ...[...(nodes.length > 0 ? [`-Wl,--version-script,${script}`] : []), "-o", out, source],
  ]);
  return out;
}

/** Of each symbol of this machine's C library, the versions that are old enough, the newest first. */
function olderVersions() {
  const library = run("gcc", ["-print-file-name=libc.so.6"]).trim();
  const versions = new Map();
  for (const line of run("nm", ["-D", "--defined-only", "--with-symbol-versions", library]).split("\n")) {
    const [, symbol, version] = /^\S+ \w ([^@]+)@{1,2}(GLIBC_[\d.]+)$/.exec(line) ?? [];
    if (symbol !== undefined && !isTooNew(version))
      versions.set(symbol, [...(versions.get(symbol) ?? []), version]);
  }
  for (const found of versions.values()) found.sort((one, other) => byNumber(other, one));
  return versions;
}

function byNumber(one, other) {
  const [left, right] = [one, other].map((version) => numbers(version.replace("GLIBC_", "")));
  return left[0] - right[0] || (left[1] ?? 0) - (right[1] ?? 0) || (left[2] ?? 0) - (right[2] ?? 0);
}
