import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SoftTokens {
  readonly folder: string;
  readonly module: string;
  /** SOFTHSM2_CONF. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

export const userPin = "pin-87 äß";

const modules = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];

/**
 * What wrapping.c (see fixture-module.ts) is told: to wrap the tokens' module, of which RSA keys are then
 * short, since those of 2048 bits take most of a smoke test's time; and how to lie.
 */
export function wrapped(
  { module, environment }: SoftTokens,
  lies: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...environment, WRAP_MODULE: module, WRAP_MOST_RSA: "1024", ...lies };
}

/** SoftHSM 2 tokens with these labels and `userPin`, in a temporary folder of their own. */
export function softTokens(...labels: readonly string[]): SoftTokens {
  const module = modules.find((candidate) => existsSync(candidate));
  if (module === undefined) throw new Error("SoftHSM 2 is missing: apt-get install softhsm2");
  const folder = mkdtempSync(join(tmpdir(), "soft-token-"));
  chmodSync(folder, 0o755);
  const tokens = join(folder, "tokens");
  const configuration = join(folder, "softhsm2.conf");
  mkdirSync(tokens);
  writeFileSync(
    configuration,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const environment = { SOFTHSM2_CONF: configuration };
  for (const label of labels) {
    const args = ["--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", userPin];
    execFileSync("softhsm2-util", args, { env: { PATH: "/usr/bin", ...environment }, stdio: "pipe" });
  }
  return {
    folder,
    module,
    environment,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
