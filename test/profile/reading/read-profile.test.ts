import t from "tap";
import { parsed, places } from "../problems-of.js";

const yaml: readonly (readonly [promise: string, text: string, problem: string])[] = [
  ["empty", "", "profile-empty -:-"],
  ["only a comment", "# nothing\n", "profile-empty -:-"],
  ["only a document mark", "---\n", "profile-type-wrong 1:1"],
  ["a tab as indentation", "connections:\n\thsm_1: 1\n", "profile-tab 2:1"],
  ["an open quote", 'connections: "x\n', "profile-syntax 2:1"],
  ["an open bracket", "connections: {\n", "profile-syntax 2:1"],
  ["uneven indentation", "connections:\n  a: 1\n b: 2\n", "profile-syntax 3:1"],
  ["two keys on a line", "connections: a: b\n", "profile-syntax 1:14"],
  ["a list as a key", "? [a]\n: 1\n", "profile-syntax 1:3"],
  ["a second document", "a: 1\n---\nb: 2\n", "profile-many-documents 2:1"],
  ["another YAML version", "%YAML 1.1\n---\na: yes\n", "profile-yaml-version 1:1"],
  ["brackets too deep", `a: ${"[".repeat(70)}`, "profile-too-deep 1:68"],
  ["brackets far too deep", "[".repeat(100_000), "profile-too-deep 1:65"],
  ["lists too deep on a line", "- ".repeat(70), "profile-too-deep 1:129"],
  [
    "maps too deep by indentation",
    Array.from({ length: 70 }, (_, n) => `${" ".repeat(n)}a:\n`).join(""),
    "profile-too-deep 66:66",
  ],
];

const whole = `connections:
  a:
    endpoints: [ { ip: 10.0.0.1, port: 1 },
      { ip: 10.0.0.2, port: 2 } ]
users:
  u: { connection: a, pin: { prompt: true } }
  v: { connection: a, pin: { file: "x" } }
log_verbosity: quiet
service: { user: amplia }
`;

const oneMistake: readonly (readonly [mistake: string, from: string, to: string, problem: string])[] = [
  ["a list that is not closed", "2 } ]", "2 }", "profile-syntax 5:1"],
  ["a tab", "  u:", "\tu:", "profile-tab 6:1"],
  ["a map that is not closed", "2 } ]", "2 ]", "profile-syntax 4:31"],
  ["a bracket too many", "2 } ]", "2 } ] ]", "profile-syntax 4:35"],
  ["a missing colon", "users:", "users", "profile-syntax 5:1"],
  ["a quote that is not closed", '"x"', '"x', "profile-syntax 10:1"],
  ["a key too far in", "  v:", "   v:", "profile-syntax 7:1"],
  ["a word that YAML keeps for itself", "u: { c", "u: { @c", "profile-syntax 6:8"],
];

for (const [mistake, from, to, problem] of oneMistake) {
  t.test(`one mistake in YAML is one problem: ${mistake}`, async (t) => {
    t.same(places(await parsed(whole)), []);
    t.same(places(await parsed(whole.replace(from, to))), [problem]);
  });
}

t.test("mistakes that leave the rest readable are each told", async (t) => {
  const problems = await parsed(whole.replace("quiet", "%q").replace("user: amplia", "user: @x"));
  t.same(places(problems), ["profile-syntax 8:16", "profile-syntax 9:18"]);
  t.same(places(await parsed('{ "a": "\\x",\n "b": "\\y" }', "p.json")), [
    "profile-syntax 1:8",
    "profile-syntax 2:7",
  ]);
  t.same(places(await parsed('{ "a": [1, 2\n,\n "b": "\\y" }', "p.json")), ["profile-syntax 3:5"]);
});

t.test("what is missing is named", async (t) => {
  t.equal(
    (await parsed(whole.replace("2 } ]", "2 }"))).problems[0]?.message,
    "a closing ] is missing before this line",
  );
});

for (const [promise, text, problem] of yaml) {
  t.test(`YAML refused with its place: ${promise}`, async (t) => {
    t.same(places(await parsed(text)), [problem]);
  });
}

const json: readonly (readonly [promise: string, text: string, problem: string])[] = [
  ["a comment", '{\n  // x\n  "a": 1\n}', "profile-syntax 2:3"],
  ["a trailing comma", '{ "a": 1, }', "profile-syntax 1:11"],
  ["a bare word", '{ "a": tru }', "profile-syntax 1:8"],
  ["single quotes", "{ 'a': 1 }", "profile-syntax 1:3"],
  ["an open text", '{ "a": "x\n}', "profile-syntax 1:8"],
  ["a missing comma", '{ "a": 1\n  "b": 2 }', "profile-syntax 2:3"],
  ["text after the end", "{} x", "profile-syntax 1:4"],
  ["brackets too deep", "[".repeat(100_000), "profile-too-deep 1:65"],
];

for (const [promise, text, problem] of json) {
  t.test(`JSON refused with its place: ${promise}`, async (t) => {
    t.same(places(await parsed(text, "p.json")), [problem]);
  });
}

t.test("bytes that are not UTF-8 are named by their place, and what the file looks like", async (t) => {
  const broken = await parsed(Uint8Array.of(0x61, 0x0a, 0x62, 0xc3, 0x28));
  t.same(places(broken), ["profile-encoding 2:2"]);
  t.equal(broken.problems[0]?.detail, "byte 3 is 0xc3");
  t.same(
    places(await parsed(Uint8Array.of(0x61, 0xc3))),
    ["profile-encoding 1:2"],
    "cut in the middle of a character",
  );
  t.match((await parsed(Uint8Array.of(0xff, 0xfe, 0x7b, 0))).problems[0]?.hint, "UTF-16");
});

t.test("a file over 5 MiB is refused before it is parsed", async (t) => {
  t.same(places(await parsed(new Uint8Array(5 * 1024 * 1024 + 1))), ["profile-too-large -:-"]);
});

const minimal = "connections: { a: { ip: 10.1.2.3, port: 1 } }\nusers: { u: { connection: a } }\n";

t.test("a byte order mark moves no column", async (t) => {
  t.ok((await parsed(`\ufeff${minimal}`)).profile);
  t.same(places(await parsed(`\ufeffx: 1\n${minimal}`)), ["profile-key-unknown 1:1"]);
});

t.test("line breaks of Windows count as one", async (t) => {
  t.same(places(await parsed(`${minimal}log_verbosity: x\n`.replaceAll("\n", "\r\n"))), [
    "profile-value-invalid 3:16",
  ]);
});

t.test("JSON is known by its name or its first character; .yaml says YAML", async (t) => {
  const flow = "{ connections: { a: { ip: 10.1.2.3, port: 1 } }, users: { u: { connection: a } } }";
  t.ok((await parsed(flow, "p.yaml")).profile);
  t.same(places(await parsed(flow, "-")), ["profile-syntax 1:3"]);
});

t.test(
  "aliases, merge keys, tags and duplicate keys are each said at their place, with everything else",
  async (t) => {
    const text =
      "connections: &c { a: { ip: 10.1.2.3, port: 1 } }\nusers: { u: { connection: a } }\nservice:\n " +
      " <<: { user: x }\n  home: *c\n  user: !!str y\n  user: z\n  creat: true\n";
    t.same(places(await parsed(text)), [
      "?profile-pin-missing 2:10",
      "profile-merge-key 4:3",
      "profile-alias 5:9",
      "profile-tag 6:15",
      "profile-key-duplicate 7:3",
      "profile-key-unknown 8:3",
    ]);
  },
);

t.test("a duplicate key names the line of the first one, in YAML and JSON", async (t) => {
  const inYaml = await parsed(`${minimal}users: {}\n`);
  t.same(places(inYaml), ["profile-key-duplicate 3:1"]);
  t.equal(inYaml.problems[0]?.detail, '"users"; first on line 2');
  const inJson = await parsed(
    '{ "connections": { "a": { "ip": "::1", "port": 1 } },\n "users": { "u": { "connection": "a" } ' +
      '},\n "users": 1 }',
    "c.json",
  );
  t.same(places(inJson), ["profile-key-duplicate 3:2"]);
});

t.test("many texts in a list are not taken for deep nesting", async (t) => {
  const items = Array.from({ length: 100 }, () => "    - |\n      [\n").join("");
  t.notOk(
    places(await parsed(`${minimal}module:\n  archive:\n${items}`)).some((place) =>
      place.startsWith("profile-too-deep"),
    ),
  );
});
