import { randomBytes } from "node:crypto";
import {
  CKA_DECRYPT,
  CKA_ENCRYPT,
  CKA_EXTRACTABLE,
  CKA_PRIVATE,
  CKA_SENSITIVE,
  CKA_VALUE,
  CKA_VALUE_LEN,
  CKM_AES_CBC_PAD,
  CKM_AES_KEY_GEN,
} from "../constants.js";
import { sessionOf, type Check } from "./check.js";
import { commonAttributes, withoutKeys } from "./key-pairs.js";
import { refusesSessionObjects } from "./keys/key-life.js";
import { openness } from "./keys/made-key.js";
import { aesBytesFor } from "./keys/mechanism-info.js";
import { askFor } from "./own-objects.js";

const block = 16;
/** 100 bytes, plus padding up to the next block. */
const encryptedBytes = 112;

function blocksOf(data: Buffer): readonly Buffer[] {
  return Array.from({ length: Math.floor(data.length / block) }, (_, index) =>
    data.subarray(index * block, (index + 1) * block),
  );
}

/** Encryption and decryption with AES in CBC mode with padding, by a key in the session. */
export const aes: Check = {
  id: "aes",
  refused: "warn",
  skip: (run) =>
    withoutKeys(run, CKM_AES_KEY_GEN, "AES key generation") ??
    (refusesSessionObjects(run) ? "the module refuses session objects" : undefined) ??
    (run.mechanisms.has(CKM_AES_CBC_PAD) ? undefined : "AES_CBC_PAD is not offered"),
  perform(run) {
    const session = sessionOf(run);
    const bytes = aesBytesFor(run);
    askFor(run, CKM_AES_KEY_GEN, 1);
    const key = run.library.C_GenerateKey(session, { mechanism: CKM_AES_KEY_GEN }, [
      ...commonAttributes(run, CKM_AES_KEY_GEN),
      { type: CKA_VALUE_LEN, value: bytes },
      { type: CKA_PRIVATE, value: true },
      { type: CKA_SENSITIVE, value: true },
      { type: CKA_EXTRACTABLE, value: false },
      { type: CKA_ENCRYPT, value: true },
      { type: CKA_DECRYPT, value: true },
    ]);
    run.created.push(key);
    const fault = openness(run, key, CKA_VALUE);
    if (fault !== undefined) return { status: "fail", detail: fault };
    const mechanism = { mechanism: CKM_AES_CBC_PAD, parameter: randomBytes(16) };
    const plain = randomBytes(100);
    run.library.C_EncryptInit(session, mechanism, key);
    const cipher = Buffer.from(run.library.C_Encrypt(session, plain, Buffer.alloc(256)));
    if (cipher.length !== encryptedBytes || blocksOf(plain).some((block) => cipher.includes(block)))
      return { status: "fail", detail: "what the module gave is not encrypted" };
    run.library.C_DecryptInit(session, mechanism, key);
    const back = run.library.C_Decrypt(session, cipher, Buffer.alloc(256));
    if (!back.equals(plain))
      return { status: "fail", detail: "what was decrypted is not what was encrypted" };
    return { status: "pass", detail: `AES-${bytes * 8} CBC_PAD, encrypted and decrypted` };
  },
};
