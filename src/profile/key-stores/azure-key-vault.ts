import { checkUrl } from "../checks/url.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { entryOf, textOf, type Entry } from "../reading/tree.js";
import { checkText, conflict, incomplete } from "./check-values.js";
import { flag, secret, text, type KeyStoreType } from "./key-store-type.js";

const keys = {
  endpoint: text("Endpoint", { required: true }),
  app_id: text("AppId", { required: true }),
  app_key: secret("AppKey"),
  cert_thumb: text("CertThumb"),
  use_hsm: flag("UseHsm"),
};

/** A vault of Azure Key Vault: its address, and one way for the application to prove its identity. */
export const azureKeyVault: KeyStoreType<typeof keys> = {
  keys,
  references: [],
  needs: [],
  check: (store) => [
    ...checkUrl(entryOf(store.value, "endpoint")?.value, {
      what: "endpoint",
      schemes: ["https"],
      example: "https://example.vault.azure.net/",
    }),
    ...checkText(entryOf(store.value, "app_id"), { hint: "give the application's id as Azure shows it" }),
    ...checkProofs(store),
  ],
};

const proofs = ["app_key", "cert_thumb"];

function checkProofs(store: Entry): readonly Finding[] {
  const [appKey, thumb] = proofs.map((key) => entryOf(store.value, key));
  if (appKey && thumb)
    return [
      ...checkThumbprint(thumb),
      conflict(
        thumb,
        "key store has both app_key and cert_thumb",
        "the application proves its identity with one of them; remove the other",
      ),
    ];
  if (appKey ?? thumb) return checkThumbprint(thumb);
  if (proofs.some((key) => hasMisspelt(store.value, key, proofs))) return [];
  return [
    incomplete(
      store,
      "key store has neither app_key nor cert_thumb",
      "set app_key: { file: … }, or cert_thumb to the certificate's thumbprint",
    ),
  ];
}

function checkThumbprint(entry: Entry | undefined): readonly Finding[] {
  const thumbprint = textOf(entry?.value);
  if (entry === undefined || thumbprint === undefined || thumbprint === "") return [];
  const placeholder = placeholderFinding(thumbprint, entry.value);
  if (placeholder) return [placeholder];
  if (/^[0-9A-Fa-f]{40}$/.test(thumbprint)) return [];
  return [
    {
      code: "profile-value-invalid",
      title: "cert_thumb is not a SHA-1 thumbprint",
      anchor: entry.value,
      detail: `found ${quoted(thumbprint)} (${thumbprint.length} characters); allowed: 40 hexadecimal digits`,
      hint:
        "write the digits alone, without the spaces, colons and invisible characters that " +
        "certificate dialogs add",
    },
  ];
}
