import t from "tap";
import type { DescribedHost, DescribedStore, DescribedValue } from "../../../src/description/profile-text.js";
import { sayableProfile } from "../../../src/commands/init/init.js";
import { path } from "../../../src/host/path.js";

const conf = { path: path("/etc/amplia/appsettings.conf"), form: "ini" } as const;
const json = { path: path("/etc/amplia/appsettings.json"), form: "json" } as const;

function store(
  name: string,
  keys: Readonly<Record<string, DescribedValue>>,
  target: DescribedStore["target"] = conf,
): DescribedStore {
  return { name, target, keys: new Map(Object.entries(keys)), comments: [] };
}

const token = { type: "Pkcs11", module: "libeTPkcs11.so", pin: { file: "/etc/knetctl/a.pin" } };
const host = (stores: readonly DescribedStore[], more: Partial<DescribedHost> = {}): DescribedHost => ({
  comments: [],
  connections: new Map(),
  users: new Map(),
  service: new Map([["user", "amplia"]]),
  stores,
  ...more,
});

t.test(
  "a key store that no profile may have is left out with the reason, and is the default no longer; " +
    "the others are described",
  async (t) => {
    const odd = store("Odd", {
      type: "Kryptus",
      host: "10.1.2.3",
      port: "abc",
      root_username: "r",
      root_password: { file: "/etc/knetctl/o.pin" },
    });
    const { text } = await sayableProfile(
      host([store("A", token), odd, store("B", token)], { defaultKeyStore: "Odd" }),
      path("/"),
    );
    t.match(
      text,
      '# key store "Odd" of /etc/amplia/appsettings.conf is left out: port is not a port number\n',
    );
    t.match(text, /\n {2}A: .*\n {2}B: /);
    t.notMatch(text, /Odd:|default_key_store|abc/);
  },
);

t.test("of two files' key stores of one name the second is left out, and told", async (t) => {
  for (const name of ["A", "a"]) {
    const { text } = await sayableProfile(host([store("A", token), store(name, token, json)]), path("/"));
    t.match(
      text,
      `# key store "${name}" of /etc/amplia/appsettings.json is left out: another file has a key ` +
        `store with this name\n`,
    );
    t.match(text, /\n {2}A: .*appsettings\.conf \}\n$/);
  }
});

t.test("where nothing could be described, the errors are thrown", async (t) => {
  const error = await sayableProfile(host([store("A", { type: "Dinamo" })]), path("/")).catch(
    (thrown: unknown) => thrown,
  );
  t.match(error, { list: [{ code: "profile-key-missing" }] });
});
