import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Secret } from "../problem/secret.js";
import { initTokensFile, runTool } from "./compile.js";

/** A SoftHSM token to create. The label has at most 32 bytes, and no tab or line break. */
export interface Token {
  readonly label: string;
  readonly pin: Secret;
}

/**
 * A new folder for the cluster's tokens that every local account can reach and write to, since the simulated
 * client may run as any service user: inside `wanted` if possible, else in the folder for temporary files.
 */
export async function makeTokenFolder(wanted: string): Promise<string> {
  const folder = await mkdtemp(join((await suits(wanted)) ? wanted : tmpdir(), "knet-tokens-"));
  await chmod(folder, 0o777);
  return folder;
}

/**
 * Whether others may enter each folder on the way, and the path needs no quoting, which softhsm2.conf does
 * not support.
 */
async function suits(folder: string): Promise<boolean> {
  if (!/^[\w./-]+$/.test(folder)) return false;
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === "/") return true;
  }
}

export interface InitTokensOptions {
  /** Of the tokens. */
  readonly folder: string;
  /** installers/simulator */
  readonly sources: string;
  /** Where the helper is put while it runs: a folder from which programs can be run. */
  readonly workFolder: string;
  readonly cache?: string | undefined;
}

/**
 * Creates the tokens with a small helper, since softhsm2-util accepts PINs only on its command line or from a
 * terminal.
 */
export async function initTokens(
  tokens: readonly Token[],
  { folder, sources, workFolder, cache }: InitTokensOptions,
): Promise<void> {
  const work = await mkdtemp(join(workFolder, "knet-init-tokens-"));
  try {
    const program = await initTokensFile({ sources, workFolder: work, cache });
    await runTool(
      program,
      "softhsm2",
      [folder],
      tokens.map(({ label, pin }) => `${label}\t${pin.reveal()}\n`).join(""),
    );
  } finally {
    await rm(work, { recursive: true });
  }
}
