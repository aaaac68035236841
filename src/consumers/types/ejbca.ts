import { propertiesBlocks, propertiesLines } from "../../formats/entries/properties-blocks.js";
import { type Consumer, textAt, type WantedConsumer } from "../consumer.js";

/**
 * A PKCS #11 library that EJBCA offers for crypto tokens. Format: EJBCA's documentation, "Generic PKCS#11
 * Provider", 7.4 to 9; its reader looks at the numbers 0 to 255. Which token, by its label, and the PIN are
 * given in EJBCA, which keeps them in its database.
 */
export const ejbca: Consumer = {
  title: "EJBCA's PKCS #11 library",
  keys: { number: { kind: "text" } },
  pin: "none",
  modulePath: true,
  place: {
    kind: "entry",
    file: () => "/opt/ejbca/conf/web.properties",
    readers: "service",
    editor: propertiesBlocks(/^cryptotoken\.p11\.lib\./),
  },
  text: (wanted) =>
    `# crypto token: type PKCS#11, library ${wanted.name}, slot label ${wanted.token}\n` +
    libraryLines(wanted),
};

/** What EJBCA and SignServer have in common: they are told of a library by a number that is free. */
export function libraryLines(wanted: WantedConsumer): string {
  const key = `cryptotoken.p11.lib.${textAt(wanted, "number") ?? "255"}`;
  return propertiesLines([
    [`${key}.name`, wanted.name],
    [`${key}.file`, wanted.module],
  ]);
}
