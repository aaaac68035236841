import { hashComments, markedBlocks } from "../../formats/entries/marked-blocks.js";
import { pkcs11Uri } from "../pkcs11-uri.js";
import type { Consumer } from "../consumer.js";

/**
 * A key store of Knot DNS. Format: "keystore section" of Knot's reference, 3.2 to 3.4. Knot hands the URI to
 * GnuTLS with a key's id added at its end, so that the PIN's file must be among its path attributes, and as a
 * plain path: with `?pin-source=file:…` keymgr 3.2.6 was seen to find no key. The entry comes first in
 * the file: a policy may refer to it only after it.
 */
export const knot: Consumer = {
  title: "Knot DNS key store",
  keys: {},
  pin: "file",
  modulePath: true,
  place: {
    kind: "entry",
    file: () => "/etc/knot/knot.conf",
    readers: "service",
    editor: markedBlocks({ comments: hashComments, before: (text) => (text.startsWith("\uFEFF") ? 1 : 0) }),
  },
  text: ({ name, token, module, pinFile = "" }) =>
    [
      "keystore:",
      `  - id: ${name}`,
      "    backend: pkcs11",
      `    config: "${pkcs11Uri({ token })};pin-source=${pinFile.replaceAll("%", "%25")} ${module}"`,
      "",
    ].join("\n"),
  proof: ({ file = "" }) => ({
    package: "knot",
    proves: "knotc finds the configuration valid",
    unsigned: "Knot makes its keys itself, and has none before a zone has",
    commands: [{ does: "check the configuration", line: ["knotc", "-c", file, "conf-check"] }],
  }),
};
