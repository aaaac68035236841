import { isIP } from "node:net";
import type { TokenChoice } from "../../../pkcs11/protocol.js";
import type { KeyStoreTypeName } from "../../../profile/key-stores/key-store-types.js";
import type { Endpoint, KeyStore, PinSource } from "../../../profile/types.js";
import { clientModule, isClientModule } from "../../../vendor/client.js";

/** What there is to prove about one of the application's key stores. */
export type StoreTarget =
  /** The token of a kNET user of the profile, which is proven as such. */
  | (Omit<TokenTarget, "is"> & { readonly is: "user"; readonly user: string })
  | TokenTarget
  | ServerTarget
  | { readonly is: "nothing"; readonly because: string };

/** A server that is reached, and not logged in to. */
export interface ServerTarget {
  readonly is: "knet" | "dinamo" | "azure";
  readonly target: Endpoint;
}

/** A token that is tested as the users' are. */
export interface TokenTarget {
  readonly is: "token";
  readonly module: string;
  readonly token: TokenChoice;
  readonly pin: PinSource | undefined;
}

/** The service port in Dinamo's manual; its key stores have no setting for another. */
const dinamoPort = 4433;

/** The text of a setting, empty where there is none; `pin`: the setting of that name. */
interface StoreSettings {
  readonly text: (name: string) => string;
  readonly pin: string | PinSource | undefined;
}

/** For each type of key store. A new one has to say here what there is to prove. */
const targets: Readonly<
  Record<KeyStoreTypeName, (settings: StoreSettings, users: readonly string[]) => StoreTarget>
> = {
  Pkcs11: tokenTarget,
  Kryptus: ({ text }) => ({ is: "knet", target: { ip: text("Host"), port: Number(text("Port")) } }),
  Dinamo: ({ text }) => ({ is: "dinamo", target: { ip: text("Address"), port: dinamoPort } }),
  AzureKeyVault: ({ text }) => azureTarget(text("Endpoint")),
};

/** `users`: the names of the profile's kNET users. Pure. */
export function storeTarget({ settings }: KeyStore, users: readonly string[]): StoreTarget {
  const text = (name: string): string => {
    const value = settings[name];
    return typeof value === "string" ? value : "";
  };
  const type = text("Type");
  return isType(type)
    ? targets[type]({ text, pin: settings["Pin"] }, users)
    : { is: "nothing", because: `knetctl has no proof for type ${type}` };
}

function isType(type: string): type is KeyStoreTypeName {
  return Object.hasOwn(targets, type);
}

function tokenTarget({ text, pin }: StoreSettings, users: readonly string[]): StoreTarget {
  const source = typeof pin === "string" ? undefined : pin;
  const [module, label, serial] = [text("Module"), text("TokenLabel"), text("TokenSerialNumber")];
  const only = users.length === 1 ? users[0] : undefined;
  const user = label === "" ? only : users.find((name) => name === label);
  if (isClientModule(module) && serial === "" && user !== undefined) {
    const token = { label: user };
    return { is: "user", user, module: clientModule, token, pin: source };
  }
  const token =
    label === ""
      ? serial === ""
        ? ({ only: true } as const)
        : { serial }
      : { label, ...(serial !== "" && { serial }) };
  return { is: "token", module, token, pin: source };
}

function azureTarget(endpoint: string): StoreTarget {
  if (!URL.canParse(endpoint)) return { is: "nothing", because: "its Endpoint is not a URL" };
  const { hostname, port } = new URL(endpoint);
  const ip = hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    is: "azure",
    target: { ip: isIP(ip) === 0 ? hostname : ip, port: port === "" ? 443 : Number(port) },
  };
}
