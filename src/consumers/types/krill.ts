import type { TomlTable } from "smol-toml";
import { tomlBlocks, tomlString } from "../../formats/entries/toml-blocks.js";
import type { Consumer } from "../consumer.js";

/**
 * A signer of Krill, NLnet Labs' RPKI certificate authority. Format: the manual's page on HSMs, Krill 0.10 to
 * 0.14, where kNET (server 1.25.0) is among the HSMs that were tested; the token is chosen by its label. It
 * has no way to take the PIN from elsewhere.
 */
export const krill: Consumer = {
  title: "Krill signer",
  keys: {},
  pin: "literal",
  modulePath: false,
  place: { kind: "entry", file: () => "/etc/krill.conf", readers: "service", editor: tomlBlocks(refuses) },
  text: ({ name, module, token }, pin) =>
    [
      "[[signers]]",
      'type = "PKCS#11"',
      `name = ${tomlString(name)}`,
      `lib_path = ${tomlString(module)}`,
      `slot = ${tomlString(token)}`,
      `user_pin = ${tomlString(pin)}`,
      "",
    ].join("\n"),
};

/** What Krill would refuse at its start. */
function refuses({ signers, default_signer: preferred }: TomlTable): string | undefined {
  if (signers === undefined) return undefined;
  if (!Array.isArray(signers)) return "signers is not a list of tables";
  const names = signers.map((signer) =>
    typeof signer === "object" && "name" in signer ? JSON.stringify(signer["name"]) : "",
  );
  if (new Set(names).size < names.length) return "two signers have the same name";
  return names.length > 1 && preferred === undefined
    ? "there are several signers and no default_signer, which Krill refuses"
    : undefined;
}
