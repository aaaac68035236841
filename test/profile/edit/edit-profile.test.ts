import { test } from "tap";
import { editProfile } from "../../../src/profile/edit/edit-profile.js";
import { readProfile } from "../../../src/profile/reading/read-profile.js";
import type { EndpointOrder } from "../../../src/profile/edit/edit-profile.js";

const users = "users:\n  u: { connection: hsm_1, pin: { prompt: true } }   # the only one\n";
const added = { ip: "10.1.2.9", port: 60169 };
const added6 = { ip: "2001:db8::9", port: 60169 };

async function edited(text: string, order: EndpointOrder, name = "p.yaml"): Promise<string> {
  const bytes = Buffer.from(text);
  return (await editProfile({ name, bytes, reading: await readProfile(bytes, name) }, "hsm_1", order)).text;
}

const oneLineEach = (lines: readonly string[]): string => `# profile of the CA
connections:
  other: { endpoints: [{ ip: 10.0.0.1, port: 1 }] }
  hsm_1:      # the pair
    endpoints:   # in order of preference
      # Lisbon first
${lines.join("\n")}
      # nothing more
${users}`;
const a = "      - { ip: 10.1.2.3, port: 60161 }   # main site";
const b = "      # the other site\n      - { port: 60162, ip: '10.1.2.4' }";
const c = '      - ip: 10.1.2.5 # third\n        port: "60163"\n        fingerprint: '.concat("a".repeat(64));

test("only the lines of the list change; comments go with the endpoint that they stand at", async (t) => {
  const before = oneLineEach([a, b, c]);
  t.equal(await edited(before, [0, 1, 2]), before, "nothing to change: the very same text");
  t.equal(
    await edited(before, [0, 1, 2, added]),
    oneLineEach([a, b, c, "      - { ip: 10.1.2.9, port: 60169 }"]),
  );
  const movable = (lines: readonly string[]): string =>
    oneLineEach(lines).replace("      # Lisbon first\n", "");
  const lisbon = `      # Lisbon first\n${a}`;
  t.equal(
    await edited(before, [added6, 0, 1, 2]),
    movable(['      - { ip: "2001:db8::9", port: 60169 }', lisbon, b, c]),
  );
  t.equal(
    await edited(before, [2, 0, 1]),
    movable([c, lisbon, b]),
    "as a later one has a line above it, the first one's is its own too",
  );
  t.equal(await edited(before, [1]), movable([b]));
  t.equal(await edited(oneLineEach([a, c]), [1, 0]), oneLineEach([c, a]), "else it belongs to the list");
  const deep = `${c}\n        # fingerprint: of the old one`;
  t.equal(
    await edited(oneLineEach([deep, a]), [1, 0]),
    oneLineEach([a, deep]),
    "what stands deeper than the dash belongs to what is above it",
  );
  t.equal(
    await edited(oneLineEach([c, b]), [0, added]),
    oneLineEach([c, '      - ip: 10.1.2.9\n        port: "60169"']),
    "a new one is written as the first one is",
  );
});

test("no final line break, CRLF, a byte order mark, dashes on lines of their own", async (t) => {
  const open =
    "users: { u: { connection: hsm_1, pin: { prompt: true } } }\nconnections:\n  hsm_1:\n    endpoints:\n";
  const pair = (eol: string): string =>
    ["    - ip: 10.1.2.3", "      port: 1", "    - ip: 10.1.2.4", "      port: 2"].join(eol);
  const swapped = (eol: string): string =>
    ["    - ip: 10.1.2.4", "      port: 2", "    - ip: 10.1.2.3", "      port: 1"].join(eol);
  t.equal(await edited(open + pair("\n"), [1, 0]), open + swapped("\n"));
  const crlf = open.replaceAll("\n", "\r\n");
  t.equal(await edited(`\uFEFF${crlf}${pair("\r\n")}\r\n`, [1, 0]), `\uFEFF${crlf}${swapped("\r\n")}\r\n`);
  t.equal(
    await edited(`${open}      -\n        ip: 10.1.2.3\n        port: 1\n`, [0, added]),
    `${open}      -\n        ip: 10.1.2.3\n        port: 1\n      -\n        ip: 10.1.2.9\n        ` +
      `port: 60169\n`,
  );
  t.equal(
    await edited(`${open}    - ip: # Lisbon\n        10.1.2.3\n      port: 1\n`, [0, added]),
    `${open}    - ip: # Lisbon\n        10.1.2.3\n      port: 1\n    - ip:\n        10.1.2.9\n      ` +
      `port: 60169\n`,
  );
});

test("lists in brackets, on one line and over lines", async (t) => {
  const one = (list: string): string => `connections: { hsm_1: { endpoints: ${list} } }\n${users}`;
  t.equal(
    await edited(one("[{ ip: 10.1.2.3, port: 1 }]"), [added, 0]),
    one("[{ ip: 10.1.2.9, port: 60169 }, { ip: 10.1.2.3, port: 1 }]"),
  );
  t.equal(
    await edited(one("[ {ip: 10.1.2.3,port: 1}, {ip: h.example,port: 2} ]"), [1, added]),
    one("[ {ip: h.example,port: 2}, {ip: 10.1.2.9,port: 60169} ]"),
  );
  const lines = (...items: readonly string[]): string =>
    `connections:\n  hsm_1:\n    endpoints: [\n${items.join("\n")}\n    ]\n${users}`;
  const x = "      { ip: 10.1.2.3, port: 1 }";
  const y = "      { ip: 10.1.2.4, port: 2 }";
  t.equal(
    await edited(lines(`${x},  # x`, `      # y`, y), [1, 0, added]),
    lines("      # y", `${y},`, `${x},  # x`, "      { ip: 10.1.2.9, port: 60169 }"),
  );
});

test("the client's own form, YAML and JSON", async (t) => {
  const yaml = (ip: string, port: string): string =>
    `connections:\n  hsm_1:\n    ip: ${ip}     # where\n    port: ${port}\n${users}`;
  t.equal(await edited(yaml("10.1.2.3", '"1"'), [0, added]), yaml("[10.1.2.3, 10.1.2.9]", '["1", "60169"]'));
  t.equal(await edited(yaml("10.1.2.3", "1"), [added]), yaml("10.1.2.9", "60169"));
  t.equal(
    await edited(yaml("[10.1.2.3, 10.1.2.4]", "[1, 2]"), [1, 0]),
    yaml("[10.1.2.4, 10.1.2.3]", "[2, 1]"),
  );
  const json = (ip: string, port: string): string =>
    `{\n\t"connections": {\n\t\t"hsm_1": { "port": ${port}, "ip": ${ip} }\n\t},\n\t"users": { "u": { ` +
    `"connection": "hsm_1" } }\n}\n`;
  t.equal(
    await edited(json('["10.1.2.3"]', '["1"]'), [0, added6], "p.json"),
    json('["10.1.2.3", "2001:db8::9"]', '["1", "60169"]'),
  );
  const pairs = (...list: readonly string[]): string =>
    `{\n  "connections": {\n    "hsm_1": {\n      "endpoints": [\n${list.join(",\n")}\n      ]\n    ` +
    `}\n  },\n  "users": {}\n}`;
  const pair = (ip: string, port: number): string =>
    `        {\n          "ip": "${ip}",\n          "port": ${port}\n        }`;
  t.equal(
    await edited(pairs(pair("10.1.2.3", 1)), [added, 0], "p.json"),
    pairs(pair("10.1.2.9", 60169), pair("10.1.2.3", 1)),
  );
});

test("a layout that is not known is refused, and nothing is guessed", async (t) => {
  const swallowing =
    `connections:\n  hsm_1: { endpoints: [ { ip: 10.1.2.3, port: 1 },   # first\n    { ip: 10.1.2.4, ` +
    `port: 2 } ] }\n${users}`;
  await t.rejects(edited(swallowing, [1, 0]), { code: "ha-profile-form" });
  await t.rejects(
    edited(`connections:\n  hsm_2: { endpoints: [{ ip: 10.1.2.3, port: 1 }] }\n${users}`, [added]),
    { code: "ha-profile-form" },
  );
});
