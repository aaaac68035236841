import type { EntryEditor, EntryFault } from "../../formats/entries/entry-editor.js";
import { hashComments, markedBlocks } from "../../formats/entries/marked-blocks.js";
import { systemdLines, systemdText } from "../../formats/settings/lines/systemd-settings.js";
import { type Consumer, textAt } from "../consumer.js";

const pinVariable = "BULK_SIGNER_PKCS11_PIN";

const blocks = markedBlocks({ comments: hashComments });

const variables: EntryEditor = { ...blocks, fault: (text) => blocks.fault(text) ?? twice(text) };

/**
 * The certificate of Lacuna Bulk Signer, as an entry in the file that its unit has as `EnvironmentFile=`.
 * Format: its pages on configuration and certificates, versions 2.0 to 2.3; systemd.exec(5). The environment
 * overrides its settings files, in which a PIN keeps it from starting. Its `Signing:Profiles` override this.
 */
export const bulkSigner: Consumer = {
  title: "Lacuna Bulk Signer certificate",
  keys: { thumbprint: { kind: "text", required: true, bytes: 40 } },
  pin: "literal",
  modulePath: true,
  place: {
    kind: "entry",
    file: () => "/etc/bulksigner/bulksigner.env",
    readers: "service",
    editor: variables,
  },
  text: (wanted, pin) =>
    [
      "Signing__Certificate__Source=Pkcs11",
      `Signing__Certificate__Pkcs11__ModulePath=${systemdText(wanted.module)}`,
      `Signing__Certificate__Pkcs11__Thumbprint=${systemdText(textAt(wanted, "thumbprint") ?? "")}`,
      `Signing__Certificate__Pkcs11__PinEnvVar=${pinVariable}`,
      `${pinVariable}=${systemdText(pin)}`,
      "",
    ].join("\n"),
};

/** A variable of the entry that is set elsewhere too: the last one would count. */
function twice(text: string): EntryFault | undefined {
  const { assignments, faults } = systemdLines(text);
  const [fault] = faults;
  if (fault !== undefined) return { offset: fault.offset, reason: fault.reason };
  const seen = new Set<string>();
  for (const { key, name } of assignments) {
    const isOurs = /^Signing:Certificate:|^BULK_SIGNER_PKCS11_PIN$/i.test(key);
    const known = key.toLowerCase();
    if (isOurs && seen.has(known))
      return { offset: name.start, reason: "a variable of the certificate is set twice" };
    seen.add(known);
  }
  return undefined;
}
