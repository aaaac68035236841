/** What is known about a check, apart from how it is made. */
interface CheckFacts {
  /** For people, and in the schema of reports. */
  readonly title: string;
  /**
   * `reaching`: the module may be waiting for its HSM during it, so no answer means that the HSM cannot be
   * reached. `leaving`: a process that dies in it has already proven everything it was asked to, so that is
   * only a warning.
   */
  readonly stage?: "reaching" | "leaving";
  /**
   * Whether its failure forbids another login of this user, on any member, since members share the count of
   * wrong PINs. `always`: the token says that the next wrong one locks the user out, or that one did.
   * `unless-unreachable`: not if a return value says that the PIN did not reach the HSM; a login that did not
   * return may have been counted.
   */
  readonly spendsLogin?: "always" | "unless-unreachable";
  /** `signed`: passing it is the proof, a verified signature. `towards`: what has to go well before that. */
  readonly proof?: "signed" | "towards";
}

/** Every check, in the order in which they are made. Their ids are names in reports: they never change. */
const table = {
  "refused-pin": { title: "the token has not refused the PIN before", spendsLogin: "always" },
  reach: { title: "the service's process can connect to the HSM" },
  load: { title: "the module can be loaded" },
  initialize: { title: "the module initialises", stage: "reaching" },
  info: { title: "the module identifies itself", stage: "reaching" },
  slots: { title: "there is a slot with a token", stage: "reaching" },
  token: { title: "the requested token is there", stage: "reaching" },
  "token-flags": {
    title: "the token's flags allow a login attempt",
    stage: "reaching",
    spendsLogin: "always",
  },
  mechanisms: { title: "the token lists its mechanisms", stage: "reaching" },
  session: { title: "a session can be opened", stage: "reaching" },
  libraries: { title: "what the module loads uses the system's libraries, not those inside Node" },
  login: { title: "the user can log in", stage: "reaching", spendsLogin: "unless-unreachable" },
  "session-state": { title: "the session is in the state that follows the login" },
  random: { title: "the token generates random bytes" },
  digest: { title: "the module computes SHA-256 correctly" },
  find: { title: "objects can be searched for" },
  inventory: { title: "the token's objects can be listed" },
  "signing-keys": { title: "the signing keys that are on the token are those that are asked for" },
  "sign-existing": {
    title: "a signing key that is on the token makes a correct signature",
    proof: "towards",
  },
  "keygen-rsa": { title: "an RSA key pair can be made", proof: "towards" },
  "keygen-ec": { title: "an EC key pair can be made", proof: "towards" },
  "sign-rsa": { title: "an RSA signature is correct", proof: "towards" },
  "sign-ec": { title: "an EC signature is correct", proof: "towards" },
  signature: { title: "what is asked for was proven: a correct signature", proof: "signed" },
  aes: { title: "AES encrypts and decrypts correctly" },
  "first-signature": { title: "the first of two timed signatures is correct" },
  pause: { title: "the caller's action between the two succeeded" },
  "second-signature": { title: "the second of two timed signatures is correct" },
  destroy: { title: "the objects of the test are destroyed" },
  leftovers: { title: "no object of the test is left" },
  "late-libraries": { title: "what the module loads from the login on uses the system's libraries" },
  logout: { title: "the user can log out", stage: "leaving" },
  "close-session": { title: "the session can be closed", stage: "leaving" },
  finalize: { title: "the module finalises", stage: "leaving" },
  exit: { title: "the module lets its process end by itself" },
} as const satisfies Readonly<Record<string, CheckFacts>>;

/** The name of a check, as reports have it. */
export type CheckId = keyof typeof table;

export const checkTable: Readonly<Record<CheckId, CheckFacts>> = table;

/** Whether a name from another process is the name of a check. */
export function isCheckId(name: string): name is CheckId {
  return Object.hasOwn(table, name);
}
