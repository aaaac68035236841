import crypto, { type BinaryLike, type ScryptOptions } from "node:crypto";
import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Callback = (error: Error | null, hash: Buffer) => void;

/**
 * In this process a hash of a PIN costs a hundredth of what it should, for tests of what is done with it;
 * that it costs what it should is another's (test/pkcs11/refused-pins/pin-hash.test.ts). Returns what counts
 * the hashes that were made since.
 */
export function quickPinHashes(): () => number {
  let made = 0;
  const { scrypt, scryptSync } = crypto;
  const cheap = (options: ScryptOptions): ScryptOptions => {
    made += 1;
    return { ...options, N: 2 ** 8 };
  };
  Object.assign(crypto, {
    scrypt: (pin: BinaryLike, salt: BinaryLike, bytes: number, options: ScryptOptions, then: Callback) => {
      scrypt(pin, salt, bytes, cheap(options), then);
    },
    scryptSync: (pin: BinaryLike, salt: BinaryLike, bytes: number, options: ScryptOptions) =>
      scryptSync(pin, salt, bytes, cheap(options)),
  });
  syncBuiltinESMExports();
  return () => made;
}

/**
 * The same for a built program that is started with these variables; it reads a file that is made in the
 * folder. What it notes is compared by another that has them.
 */
export function quickPinHashesIn(folder: string): { readonly NODE_OPTIONS: string } {
  const file = `${folder}/quick-pin-hashes.cjs`;
  writeFileSync(
    file,
    `const crypto = require("node:crypto");
for (const name of ["scrypt", "scryptSync"]) {
  const real = crypto[name];
  crypto[name] = (pin, salt, bytes, options, then) => real(pin, salt, bytes, { ...options, N: 2 ** 8 }, then);
}
`,
  );
  return { NODE_OPTIONS: `--require=${file}` };
}
