import type { PKCS11 } from "pkcs11js";
import { asCryptokiError } from "./cryptoki-error.js";

/**
 * The same library, but every `C_…` call is announced right before it is made, so that the parent can name
 * the call in which the process hung or died, and a refused call throws CryptokiError.
 */
export function announcedLibrary(library: PKCS11, announce: (call: string) => void): PKCS11 {
  return new Proxy(library, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        const call = String(name);
        if (call.startsWith("C_")) announce(call);
        try {
          return Reflect.apply(member, target, args);
        } catch (thrown) {
          throw asCryptokiError(call, thrown);
        }
      };
    },
  });
}
