import {
  CKM_AES_CBC_PAD,
  CKM_ECDSA,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
  CKM_SHA256,
  CKM_SHA256_RSA_PKCS,
} from "../constants.js";
import { tokenOf, type Check } from "./check.js";

const notable: readonly (readonly [number, string])[] = [
  [CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA keys"],
  [CKM_RSA_PKCS, "RSA_PKCS"],
  [CKM_SHA256_RSA_PKCS, "SHA256_RSA_PKCS"],
  [CKM_EC_KEY_PAIR_GEN, "EC keys"],
  [CKM_ECDSA, "ECDSA"],
  [CKM_AES_CBC_PAD, "AES_CBC_PAD"],
  [CKM_SHA256, "SHA256"],
];

export const mechanisms: Check = {
  id: "mechanisms",
  refused: "fail",
  mandatory: true,
  perform(run) {
    run.mechanisms = new Set(run.library.C_GetMechanismList(tokenOf(run).slot));
    const offered = notable.filter(([mechanism]) => run.mechanisms.has(mechanism)).map(([, name]) => name);
    return { status: "info", detail: [`${run.mechanisms.size} offered`, ...offered].join(", ") };
  },
};
