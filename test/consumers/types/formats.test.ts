import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import t from "tap";
import { bulkSigner } from "../../../src/consumers/types/bulk-signer.js";
import { nss } from "../../../src/consumers/types/nss.js";
import { editEntries } from "../../../src/formats/entries/entry-editor.js";
import { systemdLines } from "../../../src/formats/settings/lines/systemd-settings.js";

/** HashiCorp's parser of HCL 1, compiled: what OpenBao and Vault read their files with. */
const hcl = createRequire(import.meta.url)("js-hcl-parser") as { readonly parse: (text: string) => string };

const golden = join(import.meta.dirname, "../../golden/consumers");
const pin = `it's "4711" \\ #;=\${x}`;

t.test("openbao: HashiCorp's parser reads the values, whatever is in them", async (t) => {
  const text = readFileSync(join(golden, "openbao/text"), "utf8");
  t.match(JSON.parse(hcl.parse(text)), {
    seal: [{ pkcs11: [{ token_label: "ca signer ü", pin, key_label: 'seal "2026"', mechanism: "0x1087" }] }],
  });
});

t.test("step-ca: the URIs are those of RFC 7512, as its reader takes them apart", async (t) => {
  const { key, kms } = JSON.parse(readFileSync(join(golden, "step-ca/text"), "utf8")) as {
    readonly key: string;
    readonly kms: { readonly uri: string };
  };
  t.equal(new URLSearchParams(new URL(key).pathname.replaceAll(";", "&")).get("object"), "ca & co");
  const { pathname, searchParams } = new URL(kms.uri);
  t.equal(new URLSearchParams(pathname.replaceAll(";", "&")).get("token"), "ca signer ü");
  t.equal(searchParams.get("pin-source"), "file:/etc/knet-pins/amplia.ca.pin");
});

t.test("nss: a PIN is sent after the token is found, since certutil falls back to every token", async (t) => {
  const names = { name: "db", type: "nss", token: "all", service: "amplia", module: "/m.so" };
  for (const keys of [{}, { key: "ca" }]) {
    const commands = nss.proof?.({ ...names, pinFile: "/pin", file: "/db/pkcs11.txt", keys }).commands ?? [];
    const sending = commands.filter(({ line }) => line.includes("-f"));
    const before = commands.slice(
      0,
      commands.findIndex((one) => one === sending[0]),
    );
    const [found] = before.flatMap(({ shows }) => shows ?? []).slice(-1);
    t.match(" Token Name: all   ", found);
    t.notMatch("Token Name: allied", found);
    // "all" means something else to certutil
    for (const { line } of sending) t.match(line.join(" "), / -h pkcs11:token=all -f \/pin/);
    t.ok(sending.length > 0);
  }
});

t.test("bulk-signer: systemd's rules give the PIN back, and no variable is set twice", async (t) => {
  const before = readFileSync(join(golden, "bulk-signer/before"), "utf8");
  const { assignments } = systemdLines(readFileSync(join(golden, "bulk-signer/after"), "utf8"));
  t.equal(assignments.find(({ key }) => key === "BULK_SIGNER_PKCS11_PIN")?.value, pin);
  if (bulkSigner.place.kind !== "entry") throw new Error("not an entry");
  const { editor } = bulkSigner.place;
  const names = { name: "b", type: "bulk-signer", token: "ca", service: "bulksigner" };
  const wanted = { ...names, module: "/m.so", keys: { thumbprint: "ab" } };
  const entry = new Map([["b", bulkSigner.text(wanted, "1234")]]);
  t.notOk("fault" in editEntries(editor, before, entry));
  t.match(editEntries(editor, `${before}Signing__Certificate__Source=Pfx\n`, entry), {
    fault: { reason: "a variable of the certificate is set twice" },
  });
});
