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

/** A key whose value is a PIN or another secret to whoever wrote it, however it is spelled. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** Whether a text gives a secret its value somewhere: `pin: 1234`, `"password" = x`, `AppKey=x`. */
export function holdsSecret(text: string): boolean {
  return /(pin|pass|pwd|secret|app[_ -]?key)\w*["']?\s*[:=]/i.test(text);
}

/**
 * A key that may itself hold a secret, as `pin=1234` does after a forgotten blank: its text is not for
 * showing.
 */
export function mayHoldSecret(key: string): boolean {
  return !isSecretKey(key) && /pin|pass|pwd|secret|app[_ -]?key/i.test(key);
}
