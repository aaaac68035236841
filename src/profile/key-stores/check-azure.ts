import { checkUrl } from "../checks/url.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { entryOf, textOf, type Entry } from "../reading/tree.js";
import { checkText } from "./check-text.js";
import { conflict, incomplete } from "./conflict.js";

const proofs = ["app_key", "cert_thumb"];

/** A vault of Azure Key Vault: its address, and one way to prove who asks. */
export function checkAzure(store: Entry): readonly Finding[] {
  const [appKey, thumb] = proofs.map((key) => entryOf(store.value, key));
  const none = !appKey && !thumb && !proofs.some((key) => hasMisspelt(store.value, key, proofs));
  return [
    ...checkUrl(entryOf(store.value, "endpoint")?.value, {
      what: "endpoint",
      schemes: ["https"],
      example: "https://example.vault.azure.net/",
    }),
    ...checkText(entryOf(store.value, "app_id"), { hint: "give the application's id as Azure shows it" }),
    ...checkThumbprint(thumb),
    ...(appKey && thumb
      ? [
          conflict(
            thumb,
            "key store has both app_key and cert_thumb",
            "the application proves itself by one of them; remove the other",
          ),
        ]
      : []),
    ...(none
      ? [
          incomplete(
            store,
            "key store has neither app_key nor cert_thumb",
            "give app_key: { file: … }, or the certificate's thumbprint as cert_thumb",
          ),
        ]
      : []),
  ];
}

function checkThumbprint(entry: Entry | undefined): readonly Finding[] {
  const text = textOf(entry?.value);
  if (entry === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, entry.value);
  if (placeholder) return [placeholder];
  if (/^[0-9A-Fa-f]{40}$/.test(text)) return [];
  return [
    {
      code: "profile-value-invalid",
      title: "cert_thumb is not a SHA-1 thumbprint",
      anchor: entry.value,
      detail: `found ${quoted(text)} (${text.length} characters); allowed: 40 hexadecimal digits`,
      hint:
        "write the digits without blanks, colons and invisible characters, as certificate dialogs put " +
        "them in",
    },
  ];
}
