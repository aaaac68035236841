import t from "tap";
import { warnOfImageSecrets } from "../../../src/commands/secrets/image-secrets.js";
import { path } from "../../../src/host/path.js";
import { parsed } from "../../profile/problems-of.js";
import { recordedContext } from "../../support/recorded-context.js";

const profile = `
connections: { a: { endpoints: [{ ip: 10.0.0.1, port: 60161 }] } }
users:
  u: { connection: a, pin: { file: /srv/image/etc/pin } }
  v: { connection: a, pin: { file: /srv/image-pins/v } }
key_stores:
  One: { type: Pkcs11, user: u, target: /etc/amplia/appsettings.conf }
  Two: { type: Pkcs11, user: v, target: /etc/amplia/appsettings.conf }
`;

async function warned(root: string) {
  const { profile: read, problems } = await parsed(profile);
  if (read === undefined) throw new Error(JSON.stringify(problems));
  const { context, problems: shown } = recordedContext({ workingFolder: path("/") });
  const returned = warnOfImageSecrets(read, { root: path(root) }, context);
  t.same(shown, returned);
  return returned.map(({ code, severity, where, detail }) => ({ code, severity, path: where?.path, detail }));
}

t.test("secrets in an image's settings, and PIN files in it, are warned of", async (t) => {
  t.match(await warned("/srv/image"), [
    {
      code: "pin-in-image",
      severity: "warning",
      path: "/etc/amplia/appsettings.conf",
      detail: /^key stores "One", "Two": /,
    },
    { code: "pin-file-in-image", severity: "warning", path: "/srv/image/etc/pin" },
  ]);
});

t.test("on a host there is nothing to warn of", async (t) => {
  t.same(await warned("/"), []);
});
