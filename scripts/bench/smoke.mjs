import { row } from "./sample.mjs";

/**
 * The smoke test, against OpenSC's tool. The two do different things: ours makes an RSA-2048 and a P-256 key
 * pair and an AES key, uses and destroys them, and checks each answer; OpenSC's test makes no key, and uses
 * the RSA key that it finds, with every mechanism.
 */
export const smokeAgainstPkcs11Tool = {
  title: "the smoke test, against pkcs11-tool",
  async measure({ inSandbox }) {
    const ms = await inSandbox("smoke-inside.mjs", {});
    const against = (what, name) =>
      row("knetctl smoke: makes RSA and EC keys, signs, destroys", ms.smoke, what, ms[name]);
    return [
      against("pkcs11-tool --login --test --allow-sw, no key: digests only", "empty"),
      against("the same, with RSA and EC keys: signs with RSA", "keys"),
      against("pkcs11-tool: makes RSA and EC keys, --test, destroys (7 calls)", "makeTestDestroy"),
    ];
  },
};
