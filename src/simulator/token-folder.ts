import { chmod, mkdir, mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Secret } from "../problem/secret.js";
import { compile, sourcesIn } from "./compile.js";
import { runTool } from "./run-tool.js";

/** A SoftHSM token to make. The label is at most 32 bytes, without tab or line break. */
export interface Token {
  readonly label: string;
  readonly pin: Secret;
}

/**
 * A folder for the cluster's tokens that every local account reaches and may write to: inside `wanted` where the way
 * there is open to others, else in the folder of temporary files. The simulated client runs as any service user.
 */
export async function makeTokenFolder(wanted: string): Promise<string> {
  const folder = (await isOpenToOthers(wanted)) ? join(wanted, "tokens") : await mkdtemp(join(tmpdir(), "knet-tokens-"));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  return folder;
}

async function isOpenToOthers(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === "/") return true;
  }
}

/** Makes the tokens with a small helper of ours, since softhsm2-util takes PINs on its command line or a terminal alone. */
export async function initTokens(tokens: readonly Token[], folder: string, sources: string, work: string, cache: string | undefined): Promise<void> {
  const shared = (await sourcesIn(join(sources, "module"))).filter((file) => /\/(knet\.h|softhsm\.c|rights\.c)$/.test(file));
  const program = join(work, "init-tokens");
  await compile({ files: [...(await sourcesIn(join(sources, "tokens"))), ...shared], flags: [], libraries: ["-ldl"], out: program, cache });
  await chmod(program, 0o700);
  const lines = tokens.map(({ label, pin }) => `${label}\t${pin.reveal()}\n`).join("");
  await runTool(program, "softhsm2", [folder], lines);
}
