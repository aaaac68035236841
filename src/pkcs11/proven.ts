/**
 * What a test has proven about a token, from least to most. `reached`: a session with it was opened.
 * `logged-in`: it took the PIN. The others: a signature was made and verified on this host, with a key made
 * on the token or in the session for the test, or with one that was there before.
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

/** What can be demanded; `signed` is any of the three ways to sign. */
export const demandedLevels = ["nothing", "reached", "logged-in", "signed", "signed-existing-key"] as const;

export type Demanded = (typeof demandedLevels)[number];

/** Whether keys may be made on the token: where it refuses session objects, never, or instead of them. */
export const tokenObjectRules = ["allow", "never", "always"] as const;

export type TokenObjectRule = (typeof tokenObjectRules)[number];

/** What a test has to prove, and how it may do so. */
export interface ProofRules {
  /** Less fails if a PIN was given, and is a warning otherwise. */
  readonly atLeast: Demanded;
  readonly tokenObjects: TokenObjectRule;
  /** Labels of signing keys that must be on the token; each is signed with. */
  readonly keys: readonly string[];
  /** Some of these keys may be on another token, which the caller looks at. */
  readonly keysElsewhere: boolean;
}

export const usualProofRules: ProofRules = {
  atLeast: "signed",
  tokenObjects: "allow",
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
  if (atLeast === "signed") return isSigned(proven);
  return provenLevels.indexOf(proven) >= provenLevels.indexOf(atLeast);
}

/** The most that any of these is; `nothing` for none. */
export function strongest(levels: readonly Proven[]): Proven {
  return provenLevels[Math.max(0, ...levels.map((level) => provenLevels.indexOf(level)))] ?? "nothing";
}
