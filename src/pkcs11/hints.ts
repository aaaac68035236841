import { vendorDefined } from "./return-values.js";

/**
 * What a return value most likely means: for any module, and in the words of a VHSM where the module is
 * Kryptus' client.
 */
interface Hint {
  readonly any: string;
  readonly client?: string;
}

const unreachable = {
  any:
    "the HSM cannot be reached or is full: check where the module's configuration says that it is, the " +
    "firewall, and the HSM's list of allowed clients",
  client:
    "the VHSM cannot be reached or is full: check the address, that the port is the HTTPS port and " +
    "not the TTLV port, the firewall, and the VHSM's list of allowed addresses",
};
const template = {
  any: "the module refuses the key template: look for a policy of the HSM on key attributes",
};
const mechanism = { any: "the module does not offer this mechanism, or not with these parameters" };
const readOnly = { any: "this user may not write on the token" };
const changePassword = "change the user's password on the VHSM";
const notKnown = {
  any: "the token cannot be reached, or the module's configuration does not have it",
  client: "the VHSM cannot be reached, or it does not know this user",
};
const regularUser = "a regular user is needed, not a VCO user";
const notAgain = "It was not tried again, since wrong PINs count towards a lock-out";

const hints: ReadonlyMap<number, Hint> = new Map<number, Hint>([
  [
    0x02,
    {
      any:
        "the service user lacks access to memory or shared memory that the module needs: check its " +
        "limits and /dev/shm",
    },
  ],
  [0x03, { any: "slot numbers move: choose the token by its label" }],
  [
    0x05,
    {
      any:
        "the module cannot use its configuration, or something that this names: check which files and " +
        "variables it reads, and that this user may read them",
      client:
        "config.json may be missing, unreadable for this user, or not valid: check HOME, owner and " +
        "mode of the file",
    },
  ],
  [0x06, { any: "check what the module reads and talks to as this user: files, a daemon, group membership" }],
  [0x07, { any: "the module wants initialisation parameters that this program does not give" }],
  [0x12, { any: "the module refuses an attribute that PKCS #11 leaves optional" }],
  [0x13, { any: "the module may not support session objects" }],
  [0x1b, { any: "a policy of the HSM forbids it: ask its administrator" }],
  [0x30, unreachable],
  [0x31, unreachable],
  [0x32, unreachable],
  [0x54, { any: "the module does not have this function" }],
  [0x68, { any: "the key may not be used for this: check the key's usage attributes and the HSM's policy" }],
  [0x70, mechanism],
  [0x71, mechanism],
  [
    0xa0,
    {
      any: `look for a stray line break in the PIN file. ${notAgain}`,
      client:
        "the PIN is the password of the VHSM user; look for a stray line break in the PIN file. " + notAgain,
    },
  ],
  [
    0xa2,
    {
      any: "the token takes PINs of another length: look for a stray line break in the PIN file",
      client: changePassword,
    },
  ],
  [0xa3, { any: "change the PIN by the token's own means", client: changePassword }],
  [
    0xa4,
    {
      any: "ask the HSM's administrator to unlock the user",
      client: "ask the VHSM's administrator to unlock the user",
    },
  ],
  [0xb1, { any: "other clients hold all sessions: close some, or raise the limit on the HSM" }],
  [0xb5, readOnly],
  [0xd0, template],
  [0xd1, template],
  [0xe0, notKnown],
  [0xe1, notKnown],
  [0xe2, readOnly],
  [
    0x100,
    { any: "another application of this user shares the login: the module keeps logins across processes" },
  ],
  [0x101, { any: "the module dropped the login: look for a time-out or a failover on the HSM" }],
  [
    0x102,
    {
      any: "the token has no PIN for its user yet: set one by the token's own means",
      client: "a regular user with a password is needed, not a VCO user",
    },
  ],
  [0x103, { any: "the token does not let its regular user (CKU_USER) log in", client: regularUser }],
  [
    0x190,
    { any: "the module forgot that it was initialised: look for a second instance in the same process" },
  ],
  [0x191, { any: "the module can be initialised once in a process: look for a proxy that loads it twice" }],
]);

const vendorCode: Hint = {
  any: "a code of the vendor's own: look it up in the module's documentation, and read its log",
  client: "a code of the vendor's own: raise log_verbosity and read the module's log",
};

/**
 * What a return value of this module most likely means, as an instruction; undefined when nothing is known.
 */
export function hintFor(value: number, module: string): string | undefined {
  const hint = value >= vendorDefined ? vendorCode : hints.get(value);
  return isClient(module) ? (hint?.client ?? hint?.any) : hint?.any;
}

/** Whether a module, by its path or bare name, is the kNET client's. */
function isClient(module: string): boolean {
  return /(?:^|\/)libkNETPKCS11\.so[^/]*$/.test(module);
}
