const secretKeys: ReadonlySet<string> = new Set([
  "pin",
  "pins",
  "userpin",
  "password",
  "passwd",
  "passphrase",
  "passcode",
  "pass",
  "pwd",
  "userpassword",
  "secret",
  "usersecret",
  "rootpassword",
  "vcopassword",
  "appkey",
]);

/** A key whose value its writer means as a PIN or another secret, however it is spelt. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** Whether a text assigns a value to a secret somewhere: `pin: 1234`, `"password" = x`, `AppKey=x`. */
export function holdsSecret(text: string): boolean {
  return /(pin|pass|pwd|secret|app[_ -]?key)\w*["']?\s*[:=]/i.test(text);
}

/**
 * A key that may itself contain a secret, as `pin=1234` does after a forgotten space: its text must not be
 * shown.
 */
export function mayHoldSecret(key: string): boolean {
  return !isSecretKey(key) && /pin|pass|pwd|secret|app[_ -]?key/i.test(key);
}
