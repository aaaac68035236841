import { clientModule, isClientModule } from "../../../vendor/client.js";
import { registrationOf } from "../../../host/installer/registration.js";
import { resolveLinks } from "../../../host/installer/resolve-links.js";
import type { Host } from "../../../host/host.js";
import { asAbsolutePath, type AbsolutePath } from "../../../host/path.js";
import { Problem } from "../../../problem/problem.js";

/** What the host says of a module that a key store names. */
export type ModuleLook =
  /** The loader does not find the bare name. */
  | { readonly state: "not-found" }
  /** There is no such file. */
  | { readonly state: "no-file" }
  /** It is a kNET module, but a different one is installed. */
  | { readonly state: "other"; readonly installed: AbsolutePath }
  | { readonly state: "fine" };

/**
 * The most modules that are looked for: each takes some milliseconds, and a hostile file can name a hundred
 * thousand.
 */
const mostModules = 100;

/**
 * Looks at each module once, and only at the first hundred. A module that cannot be reached cannot be judged:
 * that means one warning fewer, and is not a reason to stop.
 */
export class LookedModules {
  readonly #host: Host;
  readonly #looks = new Map<string, ModuleLook | undefined>();
  readonly #files = new Map<string, string | undefined>();

  constructor(host: Host) {
    this.#host = host;
  }

  look(module: string): ModuleLook {
    return remembered(this.#looks, module, () => this.#look(module)) ?? { state: "fine" };
  }

  /** The same text for all names and links that lead to one module. */
  identity(module: string): string {
    if (isClientModule(module)) return clientModule;
    const file = asAbsolutePath(module);
    return (file && remembered(this.#files, module, () => resolveLinks(this.#host.files(), file))) ?? module;
  }

  #look(module: string): ModuleLook {
    // kNET's bare name is the module step's business
    if (!module.includes("/"))
      return module !== clientModule && registrationOf(this.#host.files(), module).state === "missing"
        ? { state: "not-found" }
        : { state: "fine" };
    const file = asAbsolutePath(module);
    if (file === undefined || this.#host.files().entry(file) === undefined) return { state: "no-file" };
    const registered = isClientModule(module)
      ? registrationOf(this.#host.files(), clientModule, file)
      : undefined;
    return registered?.state === "other" ? { state: "other", installed: registered.path } : { state: "fine" };
  }
}

function remembered<T>(
  known: Map<string, T | undefined>,
  module: string,
  look: () => T | undefined,
): T | undefined {
  if (!known.has(module) && known.size < mostModules) known.set(module, asFarAsSeen(look));
  return known.get(module);
}

function asFarAsSeen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
