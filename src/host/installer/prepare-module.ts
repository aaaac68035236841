import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../problem/problem.js";
import { extractArchive } from "../archive/extract-archive.js";
import { openArchive } from "../archive/open-archive.js";
import type { OpenedArchive } from "../archive/open-archive.js";
import { distributionOf } from "../distribution.js";
import type { Host } from "../host.js";
import { asFileProblemOf } from "../files/file-problem.js";
import { asAbsolutePath, path } from "../path.js";
import { checkModule } from "./check-module.js";
import type { BundledLibrary } from "./check-module.js";
import { interpreterOf } from "./interpreter.js";
import type { Interpreter } from "./interpreter.js";
import { openLoader } from "./loader.js";
import type { Loader } from "./loader.js";
import { resolveLinks } from "./resolve-links.js";

export interface PreparedModule {
  readonly archive: OpenedArchive;
  /** Where it lies extracted: below the private folder. */
  readonly extracted: string;
  readonly interpreter: Interpreter;
  readonly loader: Loader;
  /** What keeps the module from being loaded here (`elf-…`). */
  readonly problems: readonly Problem[];
}

export interface PrepareOptions {
  /** Private folder of mode 0700; the caller removes it. */
  readonly folder: string;
  readonly sha256?: string | undefined;
  readonly host: Host;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Everything that can be known of an archive before it is installed: opened, inspected, extracted into the
 * private folder, and its module held against this host. Changes nothing else. Throws the Problems of
 * `openArchive`.
 */
export function prepareModule(archivePath: string, options: PrepareOptions): Promise<PreparedModule> {
  return asFileProblemOf(path(options.folder), () => prepared(archivePath, options));
}

async function prepared(archivePath: string, options: PrepareOptions): Promise<PreparedModule> {
  const { folder, host, sha256, signal } = options;
  const distribution = distributionOf(host.files());
  const archive = await openArchive(archivePath, {
    folder,
    sha256,
    commands: host.commands,
    distribution,
    signal,
  });
  const extracted = join(folder, "extracted");
  extractArchive(archive, extracted, archivePath);
  const bundle = (name: string): BundledLibrary => ({
    name,
    content: () => readFileSync(join(extracted, name)),
  });
  const libraries = archive.entries.filter(
    ({ kind, path }) => kind === "file" && /\.so(\.[\d.]+)?$/.test(path),
  );
  const loader = openLoader(host.files());
  const problems = checkModule({
    modules: archive.modules.map(bundle),
    bundled: libraries.map(({ path }) => bundle(path)),
    loader,
    archive: archivePath,
    distribution,
  });
  const interpreter = interpreterOf(
    readFileSync(join(extracted, archive.installer)).subarray(0, 256),
    archive.installer,
    archivePath,
  );
  return {
    archive,
    extracted,
    interpreter,
    loader,
    problems: [...problems, ...missingInterpreter(host, interpreter, archivePath)],
  };
}

function missingInterpreter(host: Host, { program }: Interpreter, archivePath: string): readonly Problem[] {
  if (program === undefined) return [];
  const wanted = asAbsolutePath(program);
  if (wanted !== undefined && resolveLinks(host.files(), wanted) !== undefined) return [];
  return [
    new Problem("installer-interpreter", `install.sh needs ${program}, which this host does not have`, {
      where: { path: archivePath },
      hint: `install the package that provides ${program}, then run again`,
    }),
  ];
}
