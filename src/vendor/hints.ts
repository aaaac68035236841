const unreachable =
  "the VHSM cannot be reached or is full: check the address, that the port is the HTTPS port and not the " +
  "TTLV port, the firewall, and the VHSM's list of allowed addresses";
const changePassword = "change the user's password on the VHSM";
const notKnown = "the VHSM cannot be reached, or it does not know this user";

/**
 * What to do about a return value of the client (CKR_…, by its number), where more can be said than for any
 * module.
 */
export const clientHints: ReadonlyMap<number, string> = new Map([
  [
    0x05,
    "config.json may be missing, unreadable for this user, or not valid: check HOME, owner " +
      "and mode of the file",
  ],
  [0x30, unreachable],
  [0x31, unreachable],
  [0x32, unreachable],
  [
    0xa0,
    "the PIN is the password of the VHSM user; look for a stray line break in the PIN " +
      "file. It was not tried " +
      "again, since wrong PINs count towards a lock-out",
  ],
  [0xa2, changePassword],
  [0xa3, changePassword],
  [0xa4, "ask the VHSM's administrator to unlock the user"],
  [0xe0, notKnown],
  [0xe1, notKnown],
  [0x102, "a regular user with a password is needed, not a VCO user"],
  [0x103, "a regular user is needed, not a VCO user"],
]);

/** The same for all return values that the vendor has defined itself. */
export const clientCodeHint = "a code of the vendor's own: raise log_verbosity and read the module's log";
