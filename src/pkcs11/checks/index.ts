import { aes } from "./aes.js";
import type { Check } from "./check.js";
import { destroy, leftovers } from "./cleanup.js";
import { find } from "./find-objects.js";
import { finalize, info, initialize } from "./initialize.js";
import { keygenEc, keygenRsa } from "./key-pairs.js";
import { load } from "./load.js";
import { mechanisms } from "./mechanisms.js";
import { digest, random } from "./random-and-digest.js";
import { closeSession, login, logout, session, sessionState } from "./session.js";
import { signEc, signRsa } from "./sign.js";
import { tokenFlags } from "./token-flags.js";
import { slots, token } from "./token.js";

/** Every check, in the order in which they are made. */
export const checks: readonly Check[] = [
  load,
  initialize,
  info,
  slots,
  token,
  tokenFlags,
  mechanisms,
  session,
  login,
  sessionState,
  random,
  digest,
  find,
  keygenRsa,
  keygenEc,
  signRsa,
  signEc,
  aes,
  destroy,
  leftovers,
  logout,
  closeSession,
  finalize,
];
