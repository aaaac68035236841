import { type Consumer, ownFileHead, textAt } from "../consumer.js";

/**
 * The seal of OpenBao or Vault Enterprise, as a file of its own beside the others of `-config`. Format: the
 * pages on `seal "pkcs11"` of OpenBao 2.5 and 2.6, where since 2.7 it needs the plugin `pkcs11`, and of Vault
 * 1.13 to 1.20; HCL 1. The PIN is taken from nowhere else but the environment, which would be a file too.
 */
export const openbao: Consumer = {
  title: "OpenBao or Vault seal",
  keys: {
    key: { kind: "text", required: true },
    hmac_key: { kind: "text" },
    mechanism: { kind: "text", bytes: 16 },
  },
  pin: "literal",
  modulePath: true,
  place: { kind: "whole", file: (name) => `/etc/openbao/${name}.hcl`, readers: "service" },
  text: (wanted, pin) => {
    const values = {
      lib: wanted.module,
      token_label: wanted.token,
      pin,
      key_label: textAt(wanted, "key"),
      hmac_key_label: textAt(wanted, "hmac_key"),
      mechanism: textAt(wanted, "mechanism"),
    };
    const lines = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name} = ${hclString(value)}`],
    );
    return `${ownFileHead(wanted)}seal "pkcs11" {\n${lines.join("\n")}\n}\n`;
  },
};

/** A string of HCL 1, whose escapes are Go's; `${` would begin an interpolation. */
function hclString(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\u0024{").replaceAll("\u007f", "\\u007f");
}
