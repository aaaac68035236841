import t from "tap";
import { parsed, places } from "../problems-of.js";

export type Case = readonly [promise: string, text: string, ...problems: string[]];

/** A profile of key stores alone, whose store `s` is as given. */
export const alone = (body: string): string => `key_stores:\n  s: ${body}\n`;
export const connections = "connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\n";
/** A profile with one kNET user and the key store `s`. */
export const withUser = (body: string): string =>
  `${connections}users: { u: { connection: a, pin: { file: x } } }\n${alone(body)}`;
/** The same with two users, for an Amplia that knows labels. */
export const withUsers = (body: string): string =>
  `${connections}users: { u: { connection: a, pin: { file: x } }, v: { connection: a, pin: { file: y ` +
  `} } }\namplia: { version: "4.8.0" }\n${alone(body)}`;
/** A store of the one user, and an Amplia of this version. */
export const older = (version: string, body: string): string =>
  `amplia: { version: "${version}" }\n${alone(body)}${connections}users: { u: { connection: a, pin: ` +
  `{ file: x } } }\n`;
export const etoken = (more: string): string => alone(`{ type: Pkcs11, module: libeTPkcs11.so, ${more} }`);
export const kryptus = (more: string): string => alone(`{ type: Kryptus, ${more} }`);
export const root = "root_username: x, root_password: { file: p }";
export const azure = (more: string): string => alone(`{ type: AzureKeyVault, ${more} }`);
export const vault = "endpoint: 'https://x.vault.azure.net/', app_id: i";
export const dinamo = (more: string): string => alone(`{ type: Dinamo, ${more} }`);

/** Tests of the cases: each mistake is one problem at its place, with what to do, and nothing else is one. */
export function testCases(parts: Readonly<Record<string, readonly Case[]>>): void {
  for (const [part, cases] of Object.entries(parts))
    t.test(`${part}: each mistake is one problem at its place, and nothing else is one`, async (t) => {
      for (const [promise, text, ...problems] of cases)
        t.same([...places(await parsed(text))].sort(), [...problems].sort(), promise);
    });

  t.test("every problem says what to do", async (t) => {
    for (const [promise, text] of Object.values(parts).flat()) {
      for (const { hint, message } of (await parsed(text)).problems) {
        t.ok(hint, `${promise}: ${message}`);
        t.notMatch(message, /\.$|^[A-Z][a-z]+ (?!key|Amplia|needs|store)/);
      }
    }
  });
}
