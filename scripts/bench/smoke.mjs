import { row } from "./sample.mjs";

/** The smoke test, against OpenSC's test on the same SoftHSM token. Ours makes keys and signs with them; OpenSC's tests those it finds. */
export const smokeAgainstPkcs11Tool = {
  title: "the smoke test, against pkcs11-tool",
  async measure({ inSandbox }) {
    const ms = await inSandbox("smoke-inside.mjs", {});
    return [row("knetctl smoke", ms.smoke, "pkcs11-tool --login --test --allow-sw", ms.tool)];
  },
};
