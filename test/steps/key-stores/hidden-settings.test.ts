import t from "tap";
import type { SettingsForm } from "../../../src/formats/settings/settings-text.js";
import { path } from "../../../src/host/path.js";
import { Problem } from "../../../src/problem/problem.js";
import type { KeyStore, PinSource } from "../../../src/profile/types.js";
import { keyStoresStep } from "../../../src/steps/key-stores/step.js";
import type { StepInput } from "../../../src/workflow/step.js";
import { rootProfile } from "../../support/changes.js";
import { MemoryHost } from "../../support/memory-host.js";
import { loaded, unitFile } from "../../support/recorded-unit.js";

const source: PinSource = { from: "file", path: path("/run/pin") };
const pin = "PIN-of-the-unit";

interface Scene {
  readonly form?: SettingsForm;
  /** What the settings hold already. */
  readonly settings?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly isDefault?: boolean;
}

/** What the plan of the key store `Hsm` says of a unit with these lines. */
async function found(
  lines: string,
  { form = "ini", settings, files, isDefault = false }: Scene = {},
): Promise<readonly Problem[]> {
  const target = { path: path(form === "ini" ? "/etc/amplia/appsettings.conf" : "/etc/app.env"), form };
  const host = new MemoryHost({
    users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }],
    groups: [{ group: "root", gid: 0 }],
    folders: ["/etc/amplia"],
    files: {
      [unitFile]: `[Service]\n${lines}\n`,
      ...files,
      ...(settings !== undefined && { [target.path]: settings }),
    },
  });
  const store: KeyStore = {
    name: "Hsm",
    target,
    settings: { Type: "Dinamo", Address: "10.0.0.9", User: "op", Password: source },
  };
  const input: StepInput = {
    profile: {
      ...rootProfile,
      keyStores: new Map([[store.name, store]]),
      ...(isDefault && { defaultKeyStore: { name: "Hsm", target } }),
    },
    host,
    unit: () => loaded(host, lines),
  };
  const { problems } = await keyStoresStep(new Map()).plan(input, []);
  for (const problem of problems) t.notMatch(JSON.stringify(problem), pin, "no value is shown");
  return problems.filter(({ code }) => code === "service-setting-hidden");
}

t.test("a variable that hides a setting of the profile is a problem at its line", async (t) => {
  t.match(await found(`Environment=A=1 KeyStores__Hsm__Password=${pin}`), [
    {
      severity: "error",
      message: "the variable KeyStores__Hsm__Password of app.service overrides the settings",
      where: { path: unitFile, line: 2 },
      detail: new RegExp(
        "^Environment= in the unit, at this line, takes precedence over /etc/amplia/appsettings\\.conf; ",
      ),
    },
  ]);
  t.match(await found(`Environment=KEYSTORES__hsm__pASSWORD=${pin}`), [{ severity: "error" }], "in any case");
  t.match(
    await found("EnvironmentFile=/etc/other.env", {
      files: { "/etc/other.env": `A=1\nKeyStores__Hsm__TokenLabel="${pin}"\n` },
    }),
    [{ where: { path: "/etc/other.env", line: 2 }, detail: /^EnvironmentFile= in the unit/ }],
    "also one that the profile does not give",
  );
});

t.test("an argument does so in each of .NET's forms", async (t) => {
  const forms = [
    `--KeyStores:Hsm:Password=${pin}`,
    `--KeyStores:Hsm:Password ${pin}`,
    `/KeyStores:Hsm:Password=${pin}`,
    `/keystores:hsm:password ${pin}`,
    `KeyStores:Hsm:Password=${pin}`,
    `'exec amplia --KeyStores:Hsm:Password=${pin}'`,
    `/usr/lib/amplia.dll --KeyStores:Hsm:Password=${pin}`,
  ];
  for (const form of forms)
    t.match(
      await found(`User=root\nExecStart=/usr/bin/amplia x ${form}`),
      [
        {
          severity: "error",
          message: /^the argument --keystores:hsm:password of app\.service overrides/i,
          where: { path: unitFile, line: 3 },
        },
      ],
      form.replace(pin, "…"),
    );
});

t.test("an argument that comes from a variable is shown where the variable is", async (t) => {
  t.match(
    await found("ExecStart=/usr/bin/amplia $OPTIONS\nEnvironmentFile=/etc/default/amplia", {
      files: { "/etc/default/amplia": `OPTIONS="--KeyStores:Hsm:Password=${pin} --verbose"\n` },
    }),
    [{ where: { path: "/etc/default/amplia", line: 1 } }],
  );
});

t.test("what is no setting to .NET hides nothing", async (t) => {
  for (const line of [
    `ExecStart=/usr/bin/amplia -KeyStores:Hsm:Password=${pin}`,
    "ExecStart=/usr/bin/amplia --KeyStores:Hsm:Password",
    "ExecStart=/usr/bin/amplia KeyStores:Hsm:Password x",
    `Environment=DOTNET_KeyStores__Hsm__Password=${pin}`,
    `Environment=KeyStoresHsmPassword=${pin}`,
    `Environment=KeyStores__Hsm__Password=${pin}\nUnsetEnvironment=KeyStores__Hsm__Password`,
  ])
    t.strictSame(await found(line), [], line.replace(pin, "…"));
});

t.test("the default key store is hidden where the profile gives one", async (t) => {
  const line = "Environment=amplia__defaultkeystore=Other";
  t.match(await found(line, { isDefault: true }), [
    { severity: "error", message: /^the variable amplia__defaultkeystore of/ },
  ]);
  t.strictSame(await found(line), []);
});

t.test("a key store of the unit's own hides nothing, unless the settings have it too", async (t) => {
  const line = "Environment=KeyStores__Own__Type=Native";
  t.strictSame(await found(line), []);
  t.match(await found(line, { settings: "[KeyStores:Own]\nType=Dinamo\n" }), [
    { severity: "warning", message: /^the variable KeyStores__Own__Type of/ },
  ]);
});

t.test("a file for systemd does not hide itself, but another one does", async (t) => {
  const settings = "KeyStores__Hsm__Address=10.0.0.1\n";
  const scene = { form: "systemd", settings } as const;
  t.strictSame(await found("EnvironmentFile=/etc/app.env", scene), []);
  t.match(
    await found("EnvironmentFile=/etc/[ab]*.env", {
      ...scene,
      files: { "/etc/b.env": "KeyStores__Hsm__Address=10.0.0.2\n" },
    }),
    [{ severity: "error", where: { path: "/etc/b.env", line: 1 } }],
  );
  t.strictSame(
    await found("Environment=KeyStores__Hsm__Address=10.0.0.2\nEnvironmentFile=/etc/app.env", scene),
    [],
    "the file counts before Environment=",
  );
});

t.test("a name that is not known is not shown: it may be a value", async (t) => {
  const [problem] = await found(`ExecStart=/usr/bin/amplia --KeyStores:Hsm:${pin}=x`);
  t.match(problem?.message, "--KeyStores:Hsm:…");
});

t.test("a service manager that does not answer hides nothing from the plan of the settings", async (t) => {
  const input: StepInput = {
    profile: { ...rootProfile, keyStores: new Map() },
    host: new MemoryHost({}),
    unit: () => Promise.reject(new Problem("service-state-unknown", "no answer")),
  };
  t.strictSame((await keyStoresStep(new Map()).plan(input, [])).problems, []);
});
