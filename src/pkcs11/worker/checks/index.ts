import type { WorkerTask } from "../../worker-request.js";
import { aes } from "./aes.js";
import type { Check } from "./check.js";
import { destroy, leftovers } from "./cleanup.js";
import { find } from "./find-objects.js";
import { finalize, info, initialize } from "./initialize.js";
import { inventory } from "./inventory.js";
import { keygenEc, keygenRsa } from "./key-pairs.js";
import { lateLibraries, libraries } from "./libraries.js";
import { load } from "./load.js";
import { reach } from "./reach.js";
import { closeSession, login, logout, session, sessionState } from "./session.js";
import { signExisting } from "./sign-existing.js";
import { signingKeys } from "./signing-keys.js";
import { signature, signEc, signRsa } from "./sign.js";
import { firstSignature, keygenRsaInstead, paused, secondSignature } from "./timed-signatures.js";
import { digest, mechanisms, random, tokenFlags } from "./token-flags.js";
import { slots, token } from "./token.js";

const untilSession: readonly Check[] = [
  reach,
  load,
  initialize,
  info,
  slots,
  token,
  tokenFlags,
  mechanisms,
  session,
  libraries,
  login,
];
const proofs: readonly Check[] = [sessionState, random, digest, find];
const keys: readonly Check[] = [
  signingKeys,
  signExisting,
  keygenRsa,
  keygenEc,
  signRsa,
  signEc,
  signature,
  aes,
];
const end: readonly Check[] = [destroy, leftovers, lateLibraries, logout, closeSession, finalize];

/** The checks of a task, in the order in which they are run. */
export function checksOf(task: WorkerTask): readonly Check[] {
  switch (task) {
    case "smoke":
      return [...untilSession, ...proofs, ...keys, ...end];
    case "inventory":
      // before the run creates any objects
      return [...untilSession, ...proofs, inventory, ...keys, ...end];
    case "leftovers":
      return [...untilSession, leftovers, logout, closeSession, finalize];
    case "timed":
      return [
        ...untilSession,
        signingKeys,
        keygenEc,
        keygenRsaInstead,
        firstSignature,
        secondSignature,
        ...end,
      ];
    case "timed-paused":
      return [
        ...untilSession,
        signingKeys,
        keygenEc,
        keygenRsaInstead,
        firstSignature,
        paused,
        secondSignature,
        ...end,
      ];
  }
}
