/** What is known of a check besides how it is made. */
interface CheckFacts {
  /** For people, and in the schema of reports. */
  readonly title: string;
  /**
   * `reaching`: a module may be waiting for its HSM in it, so that whoever does not answer then cannot be
   * reached. `leaving`: a process that dies in it has proven all it was asked to, which is a warning.
   */
  readonly stage?: "reaching" | "leaving";
  /**
   * Whether its failure forbids another login of this user, on whatever member, since members share the count
   * of wrong PINs. `always`: the token says that the next wrong one locks the user out, or that one did.
   * `unless-unreachable`: not where a return value says that the HSM did not get to see the PIN; a login that
   * did not return may have been counted.
   */
  readonly spendsLogin?: "always" | "unless-unreachable";
  /** `signed`: to pass is the proof, a signature that was verified. `towards`: what has to go well before. */
  readonly proof?: "signed" | "towards";
}

/** Every check there is, in the order in which they are made. Their ids are names in reports: they stay. */
const table = {
  load: { title: "the module can be loaded" },
  initialize: { title: "the module initialises", stage: "reaching" },
  info: { title: "the module says what it is", stage: "reaching" },
  slots: { title: "there is a slot with a token", stage: "reaching" },
  token: { title: "the token that was asked for is there", stage: "reaching" },
  "token-flags": {
    title: "the token's flags allow a login attempt",
    stage: "reaching",
    spendsLogin: "always",
  },
  mechanisms: { title: "the token lists its mechanisms", stage: "reaching" },
  session: { title: "a session can be opened", stage: "reaching" },
  login: { title: "the user can log in", stage: "reaching", spendsLogin: "unless-unreachable" },
  "session-state": { title: "the session is in the state that follows the login" },
  random: { title: "the token gives random bytes" },
  digest: { title: "the module computes SHA-256 correctly" },
  find: { title: "objects can be searched for" },
  inventory: { title: "the token's objects can be listed" },
  "keygen-rsa": { title: "an RSA key pair can be made", proof: "towards" },
  "keygen-ec": { title: "an EC key pair can be made", proof: "towards" },
  "sign-rsa": { title: "an RSA signature is right", proof: "towards" },
  "sign-ec": { title: "an EC signature is right", proof: "towards" },
  signature: { title: "at least one signature was made and is right", proof: "signed" },
  aes: { title: "AES encrypts and decrypts correctly" },
  "first-signature": { title: "the first of two timed signatures is right" },
  pause: { title: "the caller did what it meant to between the two" },
  "second-signature": { title: "the second of two timed signatures is right" },
  destroy: { title: "the objects of the test are destroyed" },
  leftovers: { title: "no object of the test is left" },
  logout: { title: "the user can log out", stage: "leaving" },
  "close-session": { title: "the session can be closed", stage: "leaving" },
  finalize: { title: "the module finalises", stage: "leaving" },
  exit: { title: "the module lets its process end by itself" },
} as const satisfies Readonly<Record<string, CheckFacts>>;

/** The name of a check, as reports have it. */
export type CheckId = keyof typeof table;

export const checkTable: Readonly<Record<CheckId, CheckFacts>> = table;

/** Whether a name from another process is that of a check. */
export function isCheckId(name: string): name is CheckId {
  return Object.hasOwn(table, name);
}
