import { existsSync, readFileSync } from "node:fs";
import { endianness } from "node:os";
import { installHint, type PackageNames, parseOsRelease } from "../host/distribution.js";
import { parseLoaderCache } from "../host/installer/loader-cache.js";
import { Problem } from "../problem/problem.js";

interface Need {
  readonly library: string;
  readonly packages: PackageNames & { readonly fedora: string };
  /** Where it is looked for in place of the dynamic loader's cache. */
  readonly places?: readonly string[];
}

const needs: readonly Need[] = [
  {
    library: "libsofthsm2.so",
    packages: { debian: "softhsm2", fedora: "softhsm" },
    // as in installers/simulator/module/softhsm.c
    places: [
      "/usr/lib/softhsm/libsofthsm2.so",
      "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
      "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
      "/usr/lib64/softhsm/libsofthsm2.so",
      "/usr/lib64/pkcs11/libsofthsm2.so",
      "/usr/local/lib/softhsm/libsofthsm2.so",
    ],
  },
  { library: "libcurl.so.4", packages: { debian: "libcurl4", fedora: "libcurl" } },
  { library: "libjansson.so.4", packages: { debian: "libjansson4", fedora: "jansson" } },
];

/**
 * Throws a Problem that names all packages at once that this machine lacks for simulated VHSMs and the
 * simulated module: a host with a real HSM has no use for them, so that knetctl's own package does not bring
 * them.
 */
export function requireSimulatorLibraries(): void {
  const cached = new Set(parseLoaderCache(bytesOf("/etc/ld.so.cache"), byteOrder).map(({ name }) => name));
  const missing = needs.filter(
    ({ library, places }) => !(places?.some((place) => existsSync(place)) ?? cached.has(library)),
  );
  if (missing.length === 0) return;
  const names = (of: "debian" | "fedora"): string => missing.map(({ packages }) => packages[of]).join(" ");
  throw new Problem("simulator-tool-missing", "libraries that the simulator uses are missing", {
    detail: missing.map(({ library }) => library).join(", "),
    hint: installHint(parseOsRelease(bytesOf("/etc/os-release").toString("utf8")), {
      debian: names("debian"),
      fedora: names("fedora"),
    }),
  });
}

const byteOrder = endianness() === "LE" ? "little" : "big";

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
