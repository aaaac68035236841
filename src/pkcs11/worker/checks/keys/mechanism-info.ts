import {
  CKF_SIGN,
  CKM_AES_KEY_GEN,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
} from "../../constants.js";
import { CryptokiError } from "../../cryptoki-error.js";
import { isUnreachable } from "../../../return-values.js";
import { type MechanismInfo, type Run, tokenOf } from "../check.js";
import { signatureMechanisms } from "./schemes.js";

const used = [CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN, CKM_AES_KEY_GEN, ...signatureMechanisms];

/**
 * What the token says about those of the mechanisms that the run may use. Nothing about one is no reason to
 * leave it out.
 */
export function readMechanismInfo(
  run: Run,
  mechanisms: ReadonlySet<number>,
): ReadonlyMap<number, MechanismInfo> {
  const offered = used.filter((mechanism) => mechanisms.has(mechanism));
  return new Map(
    offered.flatMap((mechanism): [number, MechanismInfo][] => {
      const info = infoOf(run, mechanism);
      return info === undefined ? [] : [[mechanism, info]];
    }),
  );
}

function infoOf(run: Run, mechanism: number): MechanismInfo | undefined {
  try {
    const { minKeySize, maxKeySize, flags } = run.library.C_GetMechanismInfo(tokenOf(run).slot, mechanism);
    return { min: minKeySize, max: maxKeySize, flags };
  } catch (error) {
    if (error instanceof CryptokiError && !isUnreachable(error.value)) return undefined;
    throw error;
  }
}

/** Whether the token offers a mechanism to sign with; one that only decrypts or wraps does not count. */
export function canSign(run: Run, mechanism: number): boolean {
  if (!run.mechanisms.has(mechanism)) return false;
  const { flags = 0 } = run.mechanismInfo.get(mechanism) ?? {};
  return flags === 0 || (flags & CKF_SIGN) !== 0;
}

const usualRsaBits = 2048;
/** No module makes RSA keys of so few bits only: what it gives are bytes. */
const fewestBits = 1024;

/** How many bits of an RSA key to ask for: 2048, or what the token allows that is next to it. */
export function rsaBitsFor(run: Run): number {
  const { min = 0, max = 0 } = run.mechanismInfo.get(CKM_RSA_PKCS_KEY_PAIR_GEN) ?? {};
  const unit = max > 0 && max < fewestBits ? 8 : 1;
  return Math.max(min * unit, max === 0 ? usualRsaBits : Math.min(usualRsaBits, max * unit));
}

/** How many bytes of an AES key to ask for: 32, or as many as the token allows. */
export function aesBytesFor(run: Run): number {
  const { max = 0 } = run.mechanismInfo.get(CKM_AES_KEY_GEN) ?? {};
  // PKCS #11 counts bytes here, and some modules bits
  const bytes = max >= 128 ? max / 8 : max;
  return [16, 24].includes(bytes) ? bytes : 32;
}

export interface Curve {
  readonly name: string;
  readonly bits: number;
  /** Its object identifier, DER: CKA_EC_PARAMS. */
  readonly parameters: Buffer;
}

const curves: readonly Curve[] = [
  { name: "P-256", bits: 256, parameters: Buffer.from("06082a8648ce3d030107", "hex") },
  { name: "P-384", bits: 384, parameters: Buffer.from("06052b81040022", "hex") },
  { name: "P-521", bits: 521, parameters: Buffer.from("06052b81040023", "hex") },
];

/** The curves to ask for, in this order: those of a size that the token allows; all if that leaves none. */
export function curvesFor(run: Run): readonly Curve[] {
  const { min = 0, max = 0 } = run.mechanismInfo.get(CKM_EC_KEY_PAIR_GEN) ?? {};
  const allowed = curves.filter(({ bits }) => bits >= min && bits <= max);
  return allowed.length === 0 ? curves : allowed;
}
