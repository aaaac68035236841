import t from "tap";
import { cannotHold, readSettings } from "../../../src/formats/settings/read-settings.js";
import type { SettingsForm } from "../../../src/formats/settings/settings-text.js";

const cases: readonly [danger: string, form: SettingsForm, text: string, faults: readonly string[]][] = [
  ["a line without an equals sign", "ini", "[A]\nx=1\nPin\n", ["syntax 8"]],
  [
    "a key that occurs twice in split sections, in any case",
    "ini",
    "[A:B]\nPin=1\n[X]\n[a]\nb:PIN=2\n",
    ["duplicate-key 20 a:b:PIN"],
  ],
  [
    "a key that occurs twice, once without a section",
    "ini",
    "KeyStores:A:Pin=1\n[KeyStores:A]\nPin=2\n",
    ["duplicate-key 32 KeyStores:A:Pin"],
  ],
  ["all that is wrong, in the order of the text", "ini", "A=1\na=2\nb\n", ["duplicate-key 4 a", "syntax 8"]],
  ["half a surrogate pair", "ini", "A=\uD800\n", ["syntax 2"]],
  ["a blank in a variable's name", "env", "A=1\n A B=2\n", ["syntax 5"]],
  ["no name", "env", "=1\n", ["syntax 0"]],
  ["a line longer than Docker's buffer", "env", `A=1\nB=${"x".repeat(65534)}\n`, ["syntax 4"]],
  ["a NUL", "env", "A=\0\n", ["syntax 2"]],
  ["one key under two names", "env", "A__b=1\nA__B=2\n", ["ambiguous 7 A:B"]],
  ["a key that is set and left to the caller", "env", "A__b=1\nA__b\n", ["ambiguous 7 A:b"]],
  ["one key under two names", "systemd", "A__b=1\nA__B=2\n", ["ambiguous 7 A:B"]],
  [
    "one connection string under two names",
    "env",
    "SQLCONNSTR_a=1\nConnectionStrings__A=2\n",
    ["ambiguous 15 ConnectionStrings:A"],
  ],
  ["more settings than any application has", "ini", "x=\n".repeat(200_001), ["size 600000"]],
  ["more settings than any application has", "json", `{"a":[${"1,".repeat(200_001)}]}`, ["size 400004"]],
  ["a key of more parts than any application has", "json", `{"a":1,"${":".repeat(200_000)}":1}`, ["size 7"]],
  [
    "a section whose long name would count once more for each setting in it",
    "ini",
    `a=1\n[${"x".repeat(1024)}]\nb=2\n`,
    ["size 4"],
  ],
  [
    "a section whose long name would count once more for each setting in it",
    "json",
    `{"a":{"${"x".repeat(1023)}":{"b":1}}}`,
    ["size 6"],
  ],
  ["a quote that is not closed", "systemd", "A=1\nB='x\nC=2\n", ["syntax 6"]],
  ["a double quote that is not closed", "systemd", 'A="x\\"\n', ["syntax 2"]],
  ["a value that goes on behind the end", "systemd", "A=x\\\n", ["syntax 4"]],
  ["a comment that takes the next line with it", "systemd", "# x\\\nA=1\n", ["ambiguous 0"]],
];

for (const [danger, form, text, expected] of cases) {
  t.test(`${form}: ${danger} is told, with its place`, async (t) => {
    const reading = await readSettings(form, text);
    const faults = "faults" in reading ? reading.faults : [];
    t.strictSame(
      faults.map(({ kind, offset, key }) =>
        [kind, offset, key].filter((part) => part !== undefined).join(" "),
      ),
      expected,
    );
  });
}

t.test(
  "systemd: a comment's backslash matters neither before a blank line nor before another comment, " +
    "nor when it is escaped",
  async (t) => {
    for (const text of ["# x\\\n\nA=1\n", "# x\\\n # y\nA=1\n", "# x\\\\\nA=1\n", "# x\\\r\nA=1\r\n"])
      t.notMatch(await readSettings("systemd", text), { faults: [] }, JSON.stringify(text));
  },
);

t.test("systemd: a file that ends in such a comment gets new lines before it", async (t) => {
  const reading = await readSettings("systemd", "A=1\n# x\\\n");
  t.equal(
    "edit" in reading && reading.edit({ set: new Map([["B", "2"]]), remove: new Set() }),
    "A=1\nB=2\n# x\\\n",
  );
});

t.test(
  "variables that .NET takes for connection strings are read as those, and no other key is given such a name",
  async (t) => {
    const reading = await readSettings("env", "SqlConnStr_Main=x\nPOSTGRESQLCONNSTR_b=y\n");
    t.match(reading, {
      settings: [
        { key: "ConnectionStrings:Main", value: "x" },
        { key: "POSTGRESQLCONNSTR_b", value: "y" },
      ],
    });
    t.equal(
      "edit" in reading &&
        reading.edit({ set: new Map([["ConnectionStrings:Other", "z"]]), remove: new Set() }),
      "SqlConnStr_Main=x\nSqlConnStr_Other=z\nPOSTGRESQLCONNSTR_b=y\n",
    );
    for (const key of ["SQLCONNSTR_a", "mysqlconnstr_a:b", "RedisCacheConnStr_a"])
      t.match(cannotHold("env", key, ""), "connection string", key);
  },
);
