import { clientModule, clientRelease } from "../vendor/client.js";
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem/problem.js";
import { moduleFile } from "./compile.js";
import { cannotWrite, makeFolders } from "./make-folders.js";

export interface ArchiveOptions {
  /** Folder to write the archive to; created if missing. */
  readonly out: string;
  /** X.Y.Z */
  readonly version: string;
  /** installers/simulator */
  readonly sources: string;
  /** Whether its install.sh makes the dynamic loader find the module. Default true. */
  readonly registerLoader?: boolean;
  /** Folder in which compiled modules are kept for reuse. */
  readonly cache?: string;
}

export interface Archive {
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

interface Entry {
  readonly name: string;
  readonly mode: number;
  /** Undefined: a folder. */
  readonly content?: Buffer;
}

/** The time of every entry, so that the same sources give the same archive. */
const mtime = new Date("2026-01-01T00:00:00Z");
const block = 512;

/**
 * Compiles the simulated module and packs it as the vendor packs theirs: kNET-PKCS11-Linux-X.Y.Z.tar. Throws
 * a Problem if the version is not valid, if the compiler or a header is missing, or if the folder cannot be
 * written to.
 */
export async function buildArchive({
  out,
  version,
  sources,
  registerLoader = true,
  cache,
}: ArchiveOptions): Promise<Archive> {
  if (!/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(version))
    throw new Problem("simulator-arguments-invalid", "the version is not of the form X.Y.Z", {
      detail: version,
    });
  const name = clientRelease(version);
  const module = await compiledModule(sources, version, cache);
  const content = await packed([
    { name: `${name}/`, mode: 0o755 },
    { name: `${name}/install.sh`, mode: 0o755, content: await installer(sources, version, registerLoader) },
    { name: `${name}/${clientModule}`, mode: 0o755, content: module },
    { name: `${name}/README`, mode: 0o644, content: await readFile(join(sources, "README.md")) },
  ]);
  const path = join(out, `${name}.tar`);
  await makeFolders(out);
  await replaceFile(path, content);
  return { path, sha256: createHash("sha256").update(content).digest("hex") };
}

async function replaceFile(path: string, content: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

async function installer(sources: string, version: string, registerLoader: boolean): Promise<Buffer> {
  const template = await readFile(join(sources, "install.sh"), "utf8");
  return Buffer.from(
    template.replaceAll("@VERSION@", version).replaceAll("@REGISTER_LOADER@", registerLoader ? "yes" : "no"),
  );
}

/** The mark in installers/simulator/module/module.c; longer than any version. */
const versionMark = "@ARCHIVE_VERSION@";

async function compiledModule(sources: string, version: string, cache: string | undefined): Promise<Buffer> {
  const work = await mkdtemp(join(tmpdir(), "knet-archive-"));
  try {
    const module = await readFile(await moduleFile({ sources, workFolder: work, cache }));
    const at = module.indexOf(versionMark, 0, "latin1");
    module.fill(0, at, at + versionMark.length);
    module.write(version, at, "latin1");
    return module;
  } finally {
    await rm(work, { recursive: true });
  }
}

/** A ustar archive whose entries belong to root; it contains nothing about the machine that made it. */
async function packed(entries: readonly Entry[]): Promise<Buffer> {
  const { Header } = await import("tar");
  const blocks = entries.flatMap(({ name, mode, content }) => {
    const header = Buffer.alloc(block);
    new Header({
      path: name,
      mode,
      mtime,
      uid: 0,
      gid: 0,
      uname: "root",
      gname: "root",
      size: content?.length ?? 0,
      type: content === undefined ? "Directory" : "File",
    }).encode(header);
    return content === undefined
      ? [header]
      : [header, content, Buffer.alloc((block - (content.length % block)) % block)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * block)]);
}
