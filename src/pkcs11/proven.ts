/**
 * What a test has proven about a token, from least to most. `reached`: a session with it was opened.
 * `logged-in`: it took the PIN. The others: a signature was made and verified on this machine, with a key
 * made on the token or in the session for the test, or with one that was there before.
 */
export const provenLevels = [
  "nothing",
  "reached",
  "logged-in",
  "signed-token-key",
  "signed-session-key",
  "signed-existing-key",
] as const;

export type Proven = (typeof provenLevels)[number];

/** Demands from least to most: `signed` is the least of the ways to sign, `signed-token-key`. */
export const demandedLevels = [
  "nothing",
  "reached",
  "logged-in",
  "signed",
  "signed-token-key",
  "signed-session-key",
  "signed-existing-key",
] as const;

export type Demanded = (typeof demandedLevels)[number];

/** Whether keys may be made on the token: where it refuses session objects, never, or instead of them. */
export const tokenObjectRules = ["allow", "never", "always"] as const;

export type TokenObjectRule = (typeof tokenObjectRules)[number];

/** Whether keys that were on the token before are signed with, or only listed. */
export const existingKeyRules = ["sign", "list"] as const;

export type ExistingKeyRule = (typeof existingKeyRules)[number];

/** What a test has to prove, and how it may do so. */
export interface ProofRules {
  /** Less fails. */
  readonly atLeast: Demanded;
  /** Without a PIN, less is only a warning. */
  readonly pinOptional: boolean;
  readonly tokenObjects: TokenObjectRule;
  readonly existingKeys: ExistingKeyRule;
  /** Labels of signing keys that must be on the token; each is signed with, unless they are only listed. */
  readonly keys: readonly string[];
  /** Some of these keys may be on another token, which the caller looks at. */
  readonly keysElsewhere: boolean;
}

export const usualProofRules: ProofRules = {
  atLeast: "signed",
  pinOptional: true,
  tokenObjects: "allow",
  existingKeys: "sign",
  keys: [],
  keysElsewhere: false,
};

/** With which kind of key a verified signature was made: one that was there, or one of the run's own. */
export const signedKeys = ["existing", "session", "token"] as const;

export type SignedKey = (typeof signedKeys)[number];

export function signedLevel(key: SignedKey): Proven {
  return `signed-${key}-key`;
}

/** Whether a signature was made and verified. */
export function isSigned(proven: Proven): boolean {
  return proven.startsWith("signed-");
}

export function isEnough(proven: Proven, atLeast: Demanded): boolean {
  const least = atLeast === "signed" ? "signed-token-key" : atLeast;
  return provenLevels.indexOf(proven) >= provenLevels.indexOf(least);
}

/** The most that any of these is; `nothing` for none. */
export function strongest(levels: readonly Proven[]): Proven {
  return provenLevels[Math.max(0, ...levels.map((level) => provenLevels.indexOf(level)))] ?? "nothing";
}
