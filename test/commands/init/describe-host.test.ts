import t from "tap";
import { describeHost } from "../../../src/commands/init/describe-host.js";
import { profileText } from "../../../src/description/profile-text.js";
import { path } from "../../../src/host/path.js";
import { MemoryHost } from "../../support/memory-host.js";

const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const json = '{ "KeyStores": { "Old": { "Type": "Pkcs11", "Module": "libeTPkcs11.so" } } }';
const ini = "[KeyStores:New]\nType=Pkcs11\nModule=libeTPkcs11.so\n";

async function described(files: Readonly<Record<string, string>>): Promise<string> {
  const host = new MemoryHost({ users: [amplia], groups: [{ group: "amplia", gid: 991 }], files });
  return await profileText(await describeHost(host, { user: "amplia", targets: undefined }));
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

t.test(
  "the settings of an Amplia before 4.0 are read where it has them, and the profile names that file",
  async (t) => {
    const text = await described({ "/etc/amplia/appsettings.linux.json": json });
    t.match(
      text,
      "# Amplia seems to be older than 4.0: its settings are in /etc/amplia/appsettings.linux.json\n",
    );
    t.match(
      text,
      "Old: { type: Pkcs11, module: libeTPkcs11.so, target: /etc/amplia/appsettings.linux.json }",
    );
  },
);

t.test("where a newer Amplia's settings are too, those are read, and the others named", async (t) => {
  const text = await described({
    "/etc/amplia/appsettings.linux.json": json,
    "/etc/amplia/appsettings.conf": ini,
  });
  t.match(text, "New: { type: Pkcs11, module: libeTPkcs11.so, target: /etc/amplia/appsettings.conf }");
  t.match(
    text,
    "# there is /etc/amplia/appsettings.linux.json too, which Amplia read before 4.0: it was ignored\n",
  );
  t.notMatch(text, "Old:");
});

const config = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
const client = (user: object, more: object = {}) =>
  JSON.stringify({
    connections: { hsm_1: { ip: "10.0.0.1", port: "60161" } },
    users: { ca_signer: user },
    ...more,
  });

t.test("a user with a certificate does not become one with a password: it is refused by name", async (t) => {
  t.match(
    await thrownBy(
      described({ [config]: client({ authentication_type: "certificate", connection: "hsm_1" }) }),
    ),
    {
      list: [
        { code: "client-config-authentication", message: /^user "ca_signer" /, detail: /is not "password"/ },
      ],
    },
  );
});

t.test("what would be lost or guessed is refused, or said", async (t) => {
  const user = { authentication_type: "password", connection: "hsm_1" };
  t.match(await thrownBy(described({ [config]: client({ authentication_type: "password" }) })), {
    list: [{ code: "init-value-unclear", message: 'user "ca_signer" does not name its connection' }],
  });
  t.match(await thrownBy(described({ [config]: client(user, { log_verbosity: 3 }) })), {
    list: [{ code: "init-value-unclear", message: "log_verbosity is not text" }],
  });
  t.match(await thrownBy(described({ [config]: client(user, { users: [] }) })), {
    list: [{ code: "init-value-unclear", message: "users is not an object" }],
  });
  t.match(
    await described({ [config]: client({ connection: "hsm_1" }) }),
    `# user "ca_signer" has no authentication_type in ${config}: apply writes "password" there\n`,
  );
  t.notMatch(await described({ [config]: client(user) }), "authentication_type");
});
