import t from "tap";
import type { SettingsForm } from "../../../src/formats/settings/settings-text.js";
import { path } from "../../../src/host/path.js";
import type { Problem } from "../../../src/problem/problem.js";
import { Secret } from "../../../src/problem/secret.js";
import type { KeyStore, PinSource, Profile } from "../../../src/profile/types.js";
import { keyStoresStep } from "../../../src/steps/key-stores/step.js";
import { MemoryHost } from "../../support/memory-host.js";

const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const source: PinSource = { from: "file", path: path("/run/pin") };
const endings = { ini: "conf", json: "json", env: "env", systemd: "environment" } as const;

/**
 * The warnings of a plan whose one key store `Hsm` goes into such a file, each with the line it points at.
 */
async function problemsOf(form: SettingsForm, text: string, pin = "1234"): Promise<readonly Problem[]> {
  return (await planOf(form, text, pin)).problems;
}

async function planOf(form: SettingsForm, text: string, pin = "1234") {
  const file = path(`/etc/amplia/settings.${endings[form]}`);
  const host = new MemoryHost({
    users: [amplia],
    groups: [{ group: "amplia", gid: 991 }],
    files: { [file]: text },
  });
  const store: KeyStore = {
    name: "Hsm",
    target: { path: file, form },
    settings: { Type: "Dinamo", Address: "10.0.0.9", User: "op", Password: source },
  };
  const profile: Profile = {
    source: "p.yaml",
    connections: new Map(),
    users: new Map(),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    keyStores: new Map([[store.name, store]]),
  };
  const plan = await keyStoresStep(new Map([[source, new Secret(pin)]])).plan({ profile, host }, []);
  return { ...plan, looks: host.trusted.length };
}

async function told(form: SettingsForm, text: string, pin?: string): Promise<readonly string[]> {
  return (await problemsOf(form, text, pin)).map(
    ({ severity, code, where }) => `${severity === "warning" ? "" : "error "}${code} ${where?.line ?? "-"}`,
  );
}

const cases: readonly [danger: string, form: SettingsForm, text: string, ...expected: string[]][] = [
  ["a variable's name in an ini file", "ini", "KeyStores__X__Pin=1\n", "settings-name-unread 1"],
  [
    "a variable's name in a section",
    "ini",
    "[Amplia]\nx=1\n[KeyStores]\nX__Pin=1\n",
    "settings-value-misplaced 4",
  ],
  ["a variable's name in JSON", "json", '{\n  "KeyStores__X__Pin": "1"\n}', "settings-name-unread 2"],
  ["a key store whose own name has __ in it", "ini", "[KeyStores:A__B]\nType=Native\n"],
  [
    "a comment behind a value",
    "ini",
    "[KeyStores:X]\nType=Native\nPin=1234   # production\n",
    "settings-value-comment 3",
  ],
  [
    "such a comment in a file for Docker",
    "env",
    "KeyStores__X__Type=Native # old\n",
    "settings-value-comment 1",
    "key-store-type-unknown 1",
    "settings-value-compose -",
  ],
  [
    "such a comment in a file for systemd",
    "systemd",
    "KeyStores__X__Type=Native\nKeyStores__X__Pin=1 # x\n",
    "settings-value-comment 2",
  ],
  ["a # without a blank before it", "ini", "[KeyStores:X]\nType=Native\nPin=12#34\n"],
  ["a comment behind the value of something else", "ini", "[Other]\nx=1 # y\n"],
  [
    "quotes in a file for Docker",
    "env",
    'KeyStores__X__Type="Native"\n',
    "settings-value-quoted 1",
    "key-store-type-unknown 1",
    "settings-value-compose -",
  ],
  [
    "single quotes in an ini file",
    "ini",
    "[KeyStores:X]\nType='Native'\n",
    "settings-value-quoted 2",
    "key-store-type-unknown 2",
  ],
  ["double quotes in an ini file, which go", "ini", '[KeyStores:X]\nType="Native"\n'],
  ["quotes in a file for systemd, which go", "systemd", "KeyStores__X__Type='Native'\n"],
  ["a shell's export", "systemd", "A=1\nexport KeyStores__Old__Type=Native\n", "settings-line-dropped 2"],
  ["a variable with colons", "systemd", "KeyStores:Old:Type=Native\n", "settings-line-dropped 1"],
  ["a variable with a dash", "systemd", "KeyStores__my-hsm__Type=Native\n", "settings-line-dropped 1"],
  ["a line without an equals sign", "systemd", "A=1\n\n  KeyStores__X__Type\n", "settings-line-dropped 3"],
  [
    "a byte order mark before the first name",
    "systemd",
    "\uFEFFKeyStores__X__Type=Native\nB=1\n",
    "settings-line-dropped 1",
  ],
  ["a value with a control character", "systemd", "B=1\nA=\x01\n", "settings-line-dropped 2"],
  ["comments and blank lines of systemd", "systemd", "# x\n\n ; y\n \t\nA=1\n"],
  [
    "a misspelt setting",
    "ini",
    "[KeyStores:X]\nType=Pkcs11\nModul=libc.so.6\n",
    "key-store-setting-unknown 3",
  ],
  [
    "a setting of another type",
    "ini",
    "[KeyStores:X]\nType=Dinamo\nAddress=10.0.0.1\nPin=1\n",
    "key-store-setting-unknown 4",
  ],
  ["a setting that nothing is near to", "ini", "[KeyStores:X]\nType=Dinamo\nSomethingNewer=1\n"],
  [
    "a misspelt setting beside the profile's own",
    "ini",
    "[KeyStores:Hsm]\nType=Dinamo\nAdress=10.0.0.9\n",
    "key-store-setting-unknown 3",
  ],
  [
    "a misspelt section",
    "ini",
    "[KeyStore:X]\nType=Native\nPin=1\n",
    "settings-name-unread 2",
    "settings-name-unread 3",
  ],
  ["another section", "ini", "[Logging:X]\nType=Native\n"],
  [
    "a variable of .NET's host",
    "env",
    "ASPNETCORE_KeyStores__X__Pin=1\nDOTNET_ENVIRONMENT=Production\nASPNETCORE_URLS=x\n",
    "settings-name-unread 1",
  ],
  ["a text where the key stores belong", "json", '{ "KeyStores": "x" }', "settings-value-misplaced 1"],
  [
    "a text where a key store belongs",
    "json",
    '{ "KeyStores": {\n"Old": 5 } }',
    "settings-value-misplaced 2",
  ],
  ["nothing where the key stores belong", "json", '{ "KeyStores": null }'],
];

for (const [danger, form, text, ...expected] of cases) {
  t.test(
    `${form}: ${danger}: ${expected.length === 0 ? "no warning" : "a warning with its line"}`,
    async (t) => t.same(await told(form, text), expected),
  );
}

t.test("no warning quotes a value", async (t) => {
  for (const [, form, text] of cases)
    t.notMatch(
      JSON.stringify(await problemsOf(form, text.replace(/Pin=1\b/, "Pin=87654321 # x"), "87654321")),
      "87654321",
    );
});

t.test(
  "what Docker Compose would read differently is told, of the profile's own secrets too, with the " +
    "way to have it read as it is",
  async (t) => {
    for (const pin of ["a$b", '"a"', "a #b", "'a", " a"])
      t.same(await told("env", "", pin), ["settings-value-compose -"], pin);
    t.same(await told("env", "", "a#b\\c"), []);
    t.match(await problemsOf("env", "", "a$b"), [
      { detail: "KeyStores:Hsm:Password: ", hint: "format: raw" },
    ]);
    t.same(await told("systemd", "", "a$b"), []);
  },
);

t.test("a comment or quotes in a value that the profile gives are no warning", async (t) => {
  t.same(await told("ini", "[KeyStores:Hsm]\nType=Dinamo\nPassword=a # b\n", "a # b"), []);
});

t.test("a file that is wrong in every line is told so by its first ones", async (t) => {
  const problems = await told(
    "ini",
    Array.from({ length: 3000 }, (_, index) => `[KeyStores:X${index}]\nModul=x\n`).join(""),
  );
  t.equal(problems.length, 51);
  t.equal(problems.at(-1), "settings-more-warnings -");
});

t.test(
  "thousands of key stores in a file do not have the host looked through thousands of times, nor " +
    "fill the screen with notes",
  async (t) => {
    const { looks, notes } = await planOf(
      "ini",
      Array.from(
        { length: 3000 },
        (_, index) => `[KeyStores:X${index}]\nType=Pkcs11\nModule=lib${index}.so\nTokenLabel=${index}\n`,
      ).join(""),
    );
    t.ok(looks < 500, `${looks} looks`);
    t.equal(notes.length, 21);
    t.equal(
      notes.at(-1),
      "2980 more key stores in /etc/amplia/settings.conf are not in the profile, and are kept",
    );
  },
);
