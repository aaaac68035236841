import type { Style } from "../ui/output.js";

/** What to do for a real HSM, after the demo. */
export function nextSteps(style: Style): string {
  return `${style.bold("── done. Everything above happened in a sandbox; this machine is as it was.")}

With a real Kryptus VHSM:
  1. have the archive kNET-PKCS11-Linux-X.Y.Z.tar from Kryptus or Lacuna, and of the VHSM: addresses, the HTTPS port
     (not the TTLV port), and a regular user (not a VCO user) with its password
  2. write a profile like the one above: your endpoints, your users, your service account, your key stores
  3. put each password into a file that only root can read, and name it as the user's pin
  4. knetctl validate profile.yaml     checks it, touching nothing
     knetctl plan profile.yaml         shows what would change
     sudo knetctl apply profile.yaml   changes the host and proves it
The VHSMs and the module above were simulated: a pass there says nothing about your HSM. apply proves that one.`;
}
