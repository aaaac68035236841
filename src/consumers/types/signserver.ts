import { propertiesBlocks, propertiesLines } from "../../formats/entries/properties-blocks.js";
import { type Consumer, ownFileHead, textAt } from "../consumer.js";
import { libraryLines } from "./ejbca.js";

/**
 * A PKCS #11 library that SignServer's workers may name. Format: conf/signserver_deploy.properties of
 * SignServer 5 to 7. It counts after SignServer is deployed again.
 */
export const signserver: Consumer = {
  title: "SignServer's PKCS #11 library",
  keys: { number: { kind: "text" } },
  pin: "none",
  modulePath: true,
  place: {
    kind: "entry",
    file: () => "/opt/signserver/conf/signserver_deploy.properties",
    readers: "service",
    editor: propertiesBlocks(/^cryptotoken\.p11\.lib\./),
  },
  text: libraryLines,
};

const worker = "WORKERGENID1";

/**
 * A crypto worker, for `signserver setproperties FILE`. Format: the documentation of SignServer 5 to 7,
 * "PKCS#11 Crypto Token". A worker can only be given the PIN itself: without it, an administrator activates
 * the token by hand.
 */
export const signserverWorker: Consumer = {
  title: "SignServer crypto worker",
  keys: { library: { kind: "text", required: true }, key: { kind: "text" } },
  pin: "none",
  modulePath: true,
  place: { kind: "whole", file: (name) => `/etc/signserver/${name}.properties`, readers: "everyone" },
  text: (wanted) => {
    const key = textAt(wanted, "key");
    const classes = "org.signserver.server";
    const properties: readonly (readonly [string, string])[] = [
      ["TYPE", "CRYPTO_WORKER"],
      ["IMPLEMENTATION_CLASS", `${classes}.signers.CryptoWorker`],
      ["CRYPTOTOKEN_IMPLEMENTATION_CLASS", `${classes}.cryptotokens.PKCS11CryptoToken`],
      ["NAME", wanted.name],
      ["SHAREDLIBRARYNAME", textAt(wanted, "library") ?? ""],
      ["SLOTLABELTYPE", "SLOT_LABEL"],
      ["SLOTLABELVALUE", wanted.token],
      ...(key === undefined ? [] : ([["DEFAULTKEY", key]] as const)),
    ];
    return (
      ownFileHead(wanted) + propertiesLines(properties.map(([name, value]) => [`${worker}.${name}`, value]))
    );
  },
};
