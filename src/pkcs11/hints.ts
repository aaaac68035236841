import { vendorDefined } from "./return-values.js";

const unreachable =
  "the VHSM cannot be reached or is full: check the address, that the port is the HTTPS port and not the TTLV port, the firewall, and the VHSM's list of allowed addresses";
const template = "the module refuses the key template: look for a policy of the HSM on key attributes";
const mechanism = "the module does not offer this mechanism, or not with these parameters";
const files = "check what the module reads and talks to as this user: files, a daemon, group membership";
const changePassword = "change the user's password on the VHSM";
const readOnly = "this user may not write on the token";
const notKnown = "the VHSM cannot be reached, or it does not know this user";

const hints: ReadonlyMap<number, string> = new Map([
  [0x02, "the service user lacks access to memory or shared memory that the module needs: check its limits and /dev/shm"],
  [0x03, "slot numbers move: choose the token by its label"],
  [0x05, "config.json may be missing, unreadable for this user, or not valid: check HOME, owner and mode of the file"],
  [0x06, files],
  [0x07, "the module wants initialisation parameters that this program does not give"],
  [0x12, "the module refuses an attribute that PKCS #11 leaves optional"],
  [0x13, "the module may not support session objects"],
  [0x1b, "a policy of the HSM forbids it: ask its administrator"],
  [0x30, unreachable],
  [0x31, unreachable],
  [0x32, unreachable],
  [0x54, "the module does not have this function"],
  [0x68, "the key may not be used for this: check the key's usage attributes and the HSM's policy"],
  [0x70, mechanism],
  [0x71, mechanism],
  [0xa0, "the PIN is the password of the VHSM user; look for a stray line break in the PIN file. It was not tried again, since wrong PINs count towards a lock-out"],
  [0xa2, changePassword],
  [0xa3, changePassword],
  [0xa4, "ask the VHSM's administrator to unlock the user"],
  [0xb1, "other clients hold all sessions: close some, or raise the limit on the HSM"],
  [0xb5, readOnly],
  [0xd0, template],
  [0xd1, template],
  [0xe0, notKnown],
  [0xe1, notKnown],
  [0xe2, readOnly],
  [0x100, "another application of this user shares the login: the module keeps logins across processes"],
  [0x101, "the module dropped the login: look for a time-out or a failover on the HSM"],
  [0x102, "a regular user with a password is needed, not a VCO user"],
  [0x103, "a regular user is needed, not a VCO user"],
  [0x190, "the module forgot that it was initialised: look for a second instance in the same process"],
  [0x191, "the module can be initialised once in a process: look for a proxy that loads it twice"],
]);

/** What a return value most likely means for a user of the kNET module, as an instruction; undefined when nothing is known. */
export function hintFor(value: number): string | undefined {
  return value >= vendorDefined ? "a code of the vendor's own: raise log_verbosity and read the module's log" : hints.get(value);
}
