import t from "tap";
import { shellDocument } from "../../src/formats/text/shell-word.js";
import { outputsOf } from "../../src/page/outputs.js";
import { dataOf, isMap } from "../../src/page/data.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";

async function script(text: string): Promise<string> {
  const reading = await readProfile(Buffer.from(text), "p.yaml");
  const data = "document" in reading ? dataOf(reading.document.root) : undefined;
  if (!isMap(data)) throw new Error("no data");
  const { outputs } = await outputsOf(data, new Map());
  return outputs.find(({ id }) => id === "script")?.text ?? "";
}

t.test("the script does what the document says, with the service's own home and group", async (t) => {
  const text = await script(`
connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { "o'brien": { connection: hsm_1, pin: { file: /run/pin } } }
module: { archive: "/root/a b.tar", sha256: ${"ab".repeat(32)} }
service: { user: app, group: apps, home: /srv/app, create: true, unit: app.service }
key_stores: { Store: { type: Pkcs11, user: "o'brien" } }
amplia: { version: "4.8.0" }
`);
  for (const line of [
    "archive='/root/a b.tar'",
    `echo ${"ab".repeat(32)}"  $archive" | sha256sum --check --quiet -`,
    "home=/srv/app",
    "group=apps",
    'install -d -o root -g "$group" -m 0750 "$home"/.config',
    'install -d -o root -g "$group" -m 0750 "$home"/.config/kryptus/knet/pkcs11',
    `put "$home"/.config/kryptus/knet/pkcs11 config.json "$group" <<'END'`,
    "put /etc/amplia appsettings.conf apps <<'END'",
    "Pin=<secret: file /run/pin>",
    "systemctl restart app.service",
  ])
    t.ok(text.split("\n").includes(line), line);
});

t.test("no text ends its here-document early", async (t) => {
  t.equal(shellDocument("a\n"), "<<'END'\na\nEND");
  t.equal(shellDocument("END\nEND_1\n"), "<<'END_2'\nEND\nEND_1\nEND_2");
  t.throws(() => shellDocument("a"), TypeError);
  t.throws(() => shellDocument("a\0\n"), TypeError);
});
