import t from "tap";
import { krill } from "../../../src/consumers/types/krill.js";
import { editEntries } from "../../../src/formats/entries/entry-editor.js";

const wanted = {
  name: "kNET",
  type: "krill",
  service: "krill",
  token: "ca",
  module: "libkNETPKCS11.so",
  keys: {},
};
const entry = new Map([["kNET", krill.text(wanted, "1234")]]);

function edited(before: string) {
  if (krill.place.kind !== "entry") throw new Error("not an entry");
  return editEntries(krill.place.editor, before, entry);
}

t.test("what Krill would refuse at its start is refused before it is written", async (t) => {
  t.match(edited('[[signers]]\nname = "kNET"\n'), { fault: { reason: /same name/ } });
  t.match(edited('[[signers]]\nname = "OpenSSL"\n'), { fault: { reason: /no default_signer/ } });
  t.match(edited('signers = "x"\n'), { fault: { reason: /not valid TOML/ } });
});

t.test("beside other signers it is one of them", async (t) => {
  const before = 'default_signer = "own"\n\n[[signers]]\ntype = "OpenSSL"\nname = "own" # by hand\n';
  const after = edited(before);
  t.notOk("fault" in after);
  t.ok(after.text.startsWith(before));
});
