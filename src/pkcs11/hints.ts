import { clientCodeHint, clientHints, isClientModule } from "../vendor/client.js";
import { vendorDefined } from "./return-values.js";

const unreachable =
  "the HSM cannot be reached or is full: check where the module's configuration says that it is, the " +
  "firewall, and the HSM's list of allowed clients";
const template = "the module refuses the key template: look for a policy of the HSM on key attributes";
const mechanism = "the module does not offer this mechanism, or not with these parameters";
const readOnly = "this user may not write to the token";
const notKnown = "the token cannot be reached, or the module's configuration does not have it";

/** What to do about a return value, whatever the module. */
const hints: ReadonlyMap<number, string> = new Map([
  [
    0x02,
    "the service user lacks access to memory or shared memory that the module needs: check its limits and " +
      "/dev/shm; the smoke test gives a module 2 GiB",
  ],
  [0x03, "slot numbers change: choose the token by its label"],
  [
    0x05,
    "the module cannot use its configuration, or something that this names: check which files and " +
      "variables it reads, and that this user may read them",
  ],
  [0x06, "check what the module reads and talks to as this user: files, a daemon, group membership"],
  [
    0x07,
    "the module rejected an argument; if C_Initialize failed, it may need parameters, as NSS's module " +
      "does: give them with knetctl smoke --init-args",
  ],
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
  [
    0xa0,
    "look for a space or quotes in the PIN file. It was not tried again, since wrong PINs count towards a " +
      "lock-out",
  ],
  [0xa2, "the token takes PINs of another length: look for a space or quotes in the PIN file"],
  [0xa3, "change the PIN with the token's own tools"],
  [0xa4, "ask the HSM's administrator to unlock the user"],
  [0xb1, "other clients hold all sessions: close some, or raise the limit on the HSM"],
  [0xb5, readOnly],
  [0xd0, template],
  [0xd1, template],
  [0xe0, notKnown],
  [0xe1, notKnown],
  [0xe2, readOnly],
  [0x100, "another application of this user shares the login: the module keeps logins across processes"],
  [0x101, "the module dropped the login: look for a time-out or a failover on the HSM"],
  [0x102, "the token has no PIN for its user yet: set one with the token's own tools"],
  [0x103, "the token does not let its regular user (CKU_USER) log in"],
  [0x190, "the module forgot that it was initialised: look for a second instance in the same process"],
  [0x191, "the module can be initialised only once in a process: look for a proxy that loads it twice"],
]);

const vendorCode =
  "a code that the vendor defines: look it up in the module's documentation, and read its log";

/**
 * What to do about a return value of this module; undefined if nothing is known. For the vendor's own client,
 * more may be known than for any module.
 */
export function hintFor(value: number, module: string): string | undefined {
  const [any, client] =
    value >= vendorDefined ? [vendorCode, clientCodeHint] : [hints.get(value), clientHints.get(value)];
  return isClientModule(module) ? (client ?? any) : any;
}
