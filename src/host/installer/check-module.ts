import { parseElf } from "../../formats/elf/elf.js";
import type { ElfFile, ElfNeeds, ElfTarget } from "../../formats/elf/elf.js";
import { Problem } from "../../problem/problem.js";
import type { Distribution } from "../distribution.js";
import { missingLibraryHint, missingVersionHint } from "./known-packages.js";
import { sameTarget } from "./loader.js";
import type { Loader } from "./loader.js";

/** A library of the archive. `name` is its path there, for people; `content` reads it. */
export interface BundledLibrary {
  readonly name: string;
  content(): Buffer;
}

export interface ModuleCheck {
  /** Files that are, by their name, the module: one for each machine. */
  readonly modules: readonly BundledLibrary[];
  /** All libraries the archive brings along; the installer may put them where they are found. */
  readonly bundled: readonly BundledLibrary[];
  readonly loader: Loader;
  readonly distribution: Distribution;
  /** The archive's path. */
  readonly archive: string;
}

/**
 * Whether the module of an archive can be loaded on this host, told without loading it: it is ELF for this
 * machine, a library with `C_GetFunctionList`, and every library and symbol version it needs, directly or
 * through others, is there. Returns the Problems (`elf-…`), each naming what is missing.
 */
export function checkModule(check: ModuleCheck): readonly Problem[] {
  const parsed: { name: string; elf: ElfFile }[] = [];
  const problems: Problem[] = [];
  for (const module of check.modules) {
    try {
      parsed.push({ name: module.name, elf: parseElf(module.content(), `${check.archive}: ${module.name}`) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  const ours = parsed.filter(({ elf }) => sameTarget(elf.target, check.loader.target));
  if (ours.length === 0 && parsed.length > 0)
    problems.push(
      wrongMachine(
        check,
        parsed.map(({ elf }) => elf.target),
      ),
    );
  return [
    ...problems,
    ...ours.flatMap(({ name, elf }) => {
      const wrongLibc = needsGlibc(check, name, elf);
      return [
        ...shapeProblems(check, name, elf),
        ...(wrongLibc === undefined ? missingParts(check, name, elf) : [wrongLibc]),
      ];
    }),
  ];
}

/** On such a host every part of glibc is missing; one by one they would hide the reason. */
function needsGlibc(check: ModuleCheck, name: string, elf: ElfFile): Problem | undefined {
  const part = elf.needed.find((library) =>
    /^(libc|libm|libdl|libpthread|librt|ld-linux\S*)\.so\.\d+$/.test(library),
  );
  if (check.loader.libc !== "musl" || part === undefined || check.loader.find(part) !== undefined)
    return undefined;
  return new Problem("elf-library-missing", "the module needs glibc, and this host's C library is musl", {
    where: { path: check.archive },
    detail:
      `${name} needs ${part} of glibc, the C library of Debian, Ubuntu, RHEL and SUSE; Alpine has ` +
      "musl, for which the module is not made",
    hint:
      "run the application that uses the module on a system with glibc: a Debian or Ubuntu image " +
      "instead of Alpine's",
  });
}

function wrongMachine(check: ModuleCheck, found: readonly ElfTarget[]): Problem {
  return new Problem("elf-wrong-machine", "the module is made for another machine", {
    where: { path: check.archive },
    detail:
      `the archive holds it for ${found.map(machineName).join(" and ")}; this host is ` +
      machineName(check.loader.target),
    hint: "get the vendor's archive for this host",
  });
}

function machineName({ machine, bits }: ElfTarget): string {
  const names: Readonly<Record<number, string>> = {
    3: "x86",
    62: "x86-64",
    40: "ARM",
    183: "AArch64",
    21: "POWER",
    22: "S/390",
    243: "RISC-V",
    258: "LoongArch",
  };
  return `${names[machine] ?? `machine ${machine}`} (${bits} bits)`;
}

function shapeProblems(check: ModuleCheck, name: string, elf: ElfFile): readonly Problem[] {
  const details = {
    where: { path: check.archive },
    hint: "check that module.archive names the kNET PKCS #11 client",
  };
  if (!elf.dynamic)
    return [
      new Problem("elf-not-a-library", "the module is not a shared library", { ...details, detail: name }),
    ];
  if (elf.defines("C_GetFunctionList")) return [];
  return [
    new Problem("elf-not-pkcs11", "the library is not a PKCS #11 module", {
      ...details,
      detail: `${name} does not define C_GetFunctionList`,
    }),
  ];
}

interface Needer {
  readonly name: string;
  readonly elf: ElfNeeds;
  /** Folder for `$ORIGIN`; undefined in the archive, where files do not lie where they will be. */
  readonly origin: string | undefined;
}

/**
 * Follows NEEDED breadth first, as the loader does, so that the first one to ask for a library is the one
 * named.
 */
function missingParts(check: ModuleCheck, name: string, elf: ElfFile): readonly Problem[] {
  const problems: Problem[] = [];
  const loaded = new Map<string, Needer | undefined>();
  const queue: Needer[] = [{ name, elf, origin: undefined }];
  for (let needer = queue.shift(); needer !== undefined; needer = queue.shift()) {
    for (const library of needer.elf.needed) {
      if (loaded.has(library)) continue;
      const found = locate(check, needer, library);
      loaded.set(library, found);
      if (found === undefined) problems.push(libraryMissing(check, needer, library));
      else queue.push(found);
    }
    problems.push(...versionsMissing(check, needer, loaded));
  }
  return problems;
}

function locate(check: ModuleCheck, needer: Needer, library: string): Needer | undefined {
  const bundled = check.bundled
    .filter(({ name }) => name === library || name.endsWith(`/${library}`))
    .map(parseIfPossible);
  const elf = bundled.find(
    (candidate) => candidate !== undefined && sameTarget(candidate.target, check.loader.target),
  );
  if (elf !== undefined) return { name: library, elf, origin: undefined };
  const runPath = needer.elf.runPath
    .filter((folder) => needer.origin !== undefined || !folder.includes("ORIGIN"))
    .map((folder) => folder.replace(/\$ORIGIN|\$\{ORIGIN\}/g, needer.origin ?? ""));
  const found = check.loader.find(library, runPath);
  return found && { name: library, elf: found.elf, origin: found.file.slice(0, found.file.lastIndexOf("/")) };
}

function parseIfPossible(library: BundledLibrary): ElfFile | undefined {
  try {
    return parseElf(library.content(), library.name);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function libraryMissing(check: ModuleCheck, needer: Needer, library: string): Problem {
  return new Problem("elf-library-missing", `the module needs ${library}, which this host does not have`, {
    where: { path: check.archive },
    detail: `${needer.name} needs ${library}; the dynamic loader does not find it`,
    hint: missingLibraryHint(library, check.distribution, check.loader.target.bits),
  });
}

/** A library without any version is taken by the loader with a warning, so it is not a problem here. */
function versionsMissing(
  check: ModuleCheck,
  needer: Needer,
  loaded: ReadonlyMap<string, Needer | undefined>,
): readonly Problem[] {
  return needer.elf.versionNeeds.flatMap(({ library, version, weak }) => {
    const elf = loaded.get(library)?.elf;
    if (weak || elf === undefined || elf.versions.size === 0 || elf.versions.has(version)) return [];
    const offered = [...elf.versions]
      .filter((known) => /^[A-Z]/.test(known))
      .slice(-3)
      .join(", ");
    return [
      new Problem(
        "elf-version-missing",
        `the module needs version ${version} of ${library}, which this host's does not offer`,
        {
          where: { path: check.archive },
          detail: `${needer.name} needs ${version}; this host's ${library} offers ${offered || "others"}`,
          hint: missingVersionHint(library, version, check.distribution),
        },
      ),
    ];
  });
}
