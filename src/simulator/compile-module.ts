import { join } from "node:path";
import { compile, sourcesIn } from "./compile.js";

export interface CompileModuleOptions {
  /** installers/simulator */
  readonly sources: string;
  /** X.Y.Z: what the module says of the archive that it comes from. */
  readonly version: string;
  /** The file to make; its folder exists. */
  readonly out: string;
  /** Folder of compiled modules, for the next time. */
  readonly cache?: string | undefined;
}

/** Compiles the simulated module, libkNETPKCS11.so. */
export async function compileModule({ sources, version, out, cache }: CompileModuleOptions): Promise<void> {
  await compile({
    files: await sourcesIn(join(sources, "module")),
    out,
    cache,
    flags: ["-shared", "-Wl,-z,defs,-z,now,-z,nodelete", `-DKNET_ARCHIVE_VERSION="${version}"`],
    libraries: ["-lcurl", "-ljansson", "-ldl", "-lpthread"],
  });
}
