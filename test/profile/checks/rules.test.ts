import t from "tap";
import { parsed, places } from "../problems-of.js";

/** A profile whose connection `a` is as given, with one user. */
const connection = (body: string): string => `connections:\n  a: ${body}\nusers:\n  u: { connection: a }\n`;
/** A native profile whose user `u` is as given. */
const user = (body: string): string =>
  `connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\nusers:\n  u: ${body}\n`;
const sound = user("{ connection: a, pin: { file: x } }");
const named = (name: string): string =>
  `connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\nusers:\n  ${name}: { connection: ` +
  `a, pin: { file: x } }\n`;
const withPin = (pin: string): string => user(`{ connection: a, pin: ${pin} }`);

type Case = readonly [promise: string, text: string, ...problems: string[]];

const endpoints: readonly Case[] = [
  ["one address and port, as numbers or text", connection("{ ip: 10.1.2.3, port: 60161 }")],
  ["the ends of the port range", connection("{ ip: [10.1.2.3, 10.1.2.3], port: [1, '65535'] }")],
  ["IPv6 in short", connection("{ ip: '2001:db8::7', port: 1 }")],
  [
    "a host name earns a warning",
    connection("{ ip: hsm.example.org, port: 1 }"),
    "?profile-address-name 2:12",
  ],
  ["port 5696 earns a warning", connection("{ ip: 10.1.2.3, port: '5696' }"), "?profile-port-ttlv 2:28"],
  ["leading zeros in IPv4", connection("{ ip: 010.1.2.3, port: 1 }"), "profile-address-invalid 2:12"],
  ["too large a number in IPv4", connection("{ ip: 10.1.2.256, port: 1 }"), "profile-address-invalid 2:12"],
  ["too few numbers in IPv4", connection("{ ip: 10.1.2, port: 1 }"), "profile-address-invalid 2:12"],
  ["brackets around IPv6", connection("{ ip: '[::1]', port: 1 }"), "profile-address-invalid 2:12"],
  ["a zone in IPv6", connection("{ ip: 'fe80::1%eth0', port: 1 }"), "profile-address-invalid 2:12"],
  ["the address of any", connection("{ ip: 0.0.0.0, port: 1 }"), "profile-address-invalid 2:12"],
  ["a URL", connection("{ ip: 'https://10.1.2.3', port: 1 }"), "profile-address-invalid 2:12"],
  [
    "an address with its port",
    connection("{ ip: '10.1.2.3:60161', port: 1 }"),
    "profile-address-invalid 2:12",
  ],
  ["port 0", connection("{ ip: 10.1.2.3, port: 0 }"), "profile-port-invalid 2:28"],
  ["port 65536", connection("{ ip: 10.1.2.3, port: '65536' }"), "profile-port-invalid 2:28"],
  ["half a port", connection("{ ip: 10.1.2.3, port: 1.5 }"), "profile-port-invalid 2:28"],
  ["a port with a blank", connection("{ ip: 10.1.2.3, port: ' 1' }"), "profile-port-invalid 2:28"],
  ["a port that is no number", connection("{ ip: 10.1.2.3, port: true }"), "profile-type-wrong 2:28"],
  [
    "the same endpoint twice",
    connection("{ ip: [10.1.2.3, 10.1.2.3], port: [1, '1'] }"),
    "profile-endpoint-duplicate 2:23",
  ],
  [
    "one IPv6 address in two spellings",
    connection("{ ip: ['2001:DB8::7', '2001:db8:0:0::7'], port: [1, 1] }"),
    "profile-endpoint-duplicate 2:28",
  ],
  [
    "one IPv4 address, mapped and plain",
    connection("{ ip: ['::ffff:10.1.2.3', 10.1.2.3], port: [1, 1] }"),
    "profile-endpoint-duplicate 2:32",
  ],
  [
    "the same endpoint in two connections",
    `connections: { a: { ip: '::1', port: 1 }, b: { ip: '::1', port: 1 } }\nusers: { u: { ` +
      "connection: a }, v: { connection: b } }",
  ],
  [
    "vectors of different lengths",
    connection("{ ip: [10.1.2.3, 10.1.2.4], port: [1] }"),
    "profile-endpoint-vectors 2:34",
  ],
  [
    "a vector of addresses for one port",
    connection("{ ip: [10.1.2.3, 10.1.2.4], port: 1 }"),
    "profile-endpoint-vectors 2:34",
  ],
  [
    "an empty list of endpoints",
    connection("{ endpoints: [] }"),
    "?profile-pin-missing 4:3",
    "profile-value-invalid 2:19",
  ],
  ["no endpoint at all", connection("{}"), "profile-key-missing 2:3"],
  ["an address without port", connection("{ ip: 10.1.2.3 }"), "profile-key-missing 2:8"],
  [
    "endpoints and ip at once",
    connection("{ endpoints: [{ ip: '::1', port: 1 }], ip: '::1', port: 1 }"),
    "?profile-pin-missing 4:3",
    "profile-endpoint-forms 2:45",
  ],
  [
    "an endpoint without port",
    connection("{ endpoints: [{ ip: '::1' }] }"),
    "?profile-pin-missing 4:3",
    "profile-key-missing 2:20",
  ],
  [
    "endpoints misspelt is one problem",
    connection("{ endpoint: [{ ip: '::1', port: 1 }] }"),
    "profile-key-unknown 2:8",
  ],
  ["a connection that is text", connection("10.1.2.3"), "profile-type-wrong 2:6"],
  [
    "a connection nobody uses",
    `connections: { a: { ip: '::1', port: 1 }, b: { ip: '::2', port: 1 } }\nusers: { u: { connection: a } }`,
    "?profile-connection-unused 1:43",
  ],
  ["no connections", "connections: {}\nusers: { u: { connection: a } }\n", "profile-value-invalid 1:14"],
];

const users: readonly Case[] = [
  ["a sound user", sound],
  ["32 bytes", named("ä".repeat(16))],
  ["33 bytes", named(`x${"ä".repeat(16)}`), "profile-name-invalid 3:3"],
  ["an empty name", named("''"), "profile-name-invalid 3:3"],
  ["a blank at the end", named("'u '"), "profile-name-invalid 3:3"],
  ["a blank inside", named("'u v'")],
  ["a control character", named('"u\\tv"'), "profile-name-invalid 3:3"],
  ["a name that is a word of JavaScript", named("__proto__")],
  [
    "names of numbers and words",
    `${sound}  12: { connection: a, pin: { file: x } }\n  null: { connection: a, pin: { file: x } }\n`,
  ],
  ["a user called pin", named("pin")],
  [
    "two names that look the same",
    `${named("é")}  e\u0301: { connection: a, pin: { file: x } }\n`,
    "?profile-name-lookalike 4:3",
  ],
  [
    "an unknown connection",
    user("{ connection: b, pin: { file: x } }"),
    "?profile-connection-unused 1:16",
    "profile-connection-unknown 3:20",
  ],
  [
    "a connection that is a number",
    user("{ connection: 12, pin: { file: x } }"),
    "?profile-connection-unused 1:16",
    "profile-type-wrong 3:20",
  ],
  [
    "no connection",
    user("{ pin: { file: x } }"),
    "?profile-connection-unused 1:16",
    "profile-key-missing 3:3",
  ],
  [
    "connection misspelt is one problem",
    user("{ conection: a, pin: { file: x } }"),
    "?profile-connection-unused 1:16",
    "profile-key-unknown 3:8",
  ],
  ["authentication by password", user("{ connection: a, authentication_type: password, pin: { file: x } }")],
  [
    "authentication by anything else",
    user("{ connection: a, authentication_type: cert, pin: { file: x } }"),
    "profile-value-invalid 3:44",
  ],
  ["a native profile without a PIN source", user("{ connection: a }"), "?profile-pin-missing 3:3"],
  [
    "users as a list",
    "connections: { a: { ip: '::1', port: 1 } }\nusers: [u]\n",
    "?profile-connection-unused 1:16",
    "profile-type-wrong 2:8",
  ],
];

const pins: readonly Case[] = [
  ["from a file", withPin("{ file: /run/x }")],
  ["from a credential", withPin("{ credential: x }")],
  ["from a descriptor", withPin("{ fd: 3 }")],
  ["from a prompt", withPin("{ prompt: true }")],
  ["from the environment, with a warning", withPin("{ env: PIN_OF_U }"), "?profile-pin-env 3:30"],
  ["no source", withPin("{}"), "profile-pin-source 3:28"],
  ["nothing", withPin(""), "profile-pin-source 3:23"],
  ["two sources", withPin("{ file: x, env: Y }"), "profile-pin-source 3:28"],
  ["a misspelt source", withPin("{ flie: x }"), "profile-pin-source 3:30"],
  ["a prompt that is false", withPin("{ prompt: false }"), "profile-value-invalid 3:38"],
  ["standard output as a source", withPin("{ fd: 1 }"), "profile-value-invalid 3:34"],
  ["a folder as a credential", withPin("{ credential: ../x }"), "profile-value-invalid 3:42"],
  ["a variable with a blank", withPin("{ env: A B }"), "profile-value-invalid 3:35"],
  ["a path in the home of nobody", withPin("{ file: ~/x }"), "profile-path-invalid 3:36"],
  [
    "one descriptor for two users",
    `${withPin("{ fd: 3 }")}  v: { connection: a, pin: { fd: 3 } }\n`,
    "profile-pin-shared 4:34",
  ],
  ["literal text", withPin("hunter2"), "profile-pin-literal 3:28"],
  ["a literal number", withPin("1234"), "profile-pin-literal 3:28"],
  ["a literal in a list", withPin("[hunter2]"), "profile-pin-literal 3:28"],
  ["a literal below the key", withPin("{ value: hunter2 }"), "profile-pin-source 3:30"],
  ["a literal as a key", withPin("{ hunter2 }"), "profile-pin-source 3:30"],
  [
    "another case",
    user("{ connection: a, Pin: hunter2 }"),
    "?profile-pin-missing 3:3",
    "profile-pin-literal 3:23",
  ],
  [
    "a password",
    user("{ connection: a, password: hunter2 }"),
    "?profile-pin-missing 3:3",
    "profile-pin-literal 3:23",
  ],
  [
    "a password of the connection",
    connection("{ ip: '::1', port: 1, password: hunter2 }"),
    "profile-pin-literal 2:28",
  ],
  ["a PIN at the top", `${sound}pin: hunter2\n`, "profile-pin-literal 4:1"],
  [
    "a blank forgotten",
    user("{ connection: a, 'pin=hunter2': }"),
    "?profile-pin-missing 3:3",
    "profile-key-unknown 3:23",
  ],
];

const rest: readonly Case[] = [
  ["each level of the log but full", `${sound}log_verbosity: key_only\n`],
  ["the level full earns a warning", `${sound}log_verbosity: full\n`, "?profile-log-full 4:16"],
  ["an unknown level", `${sound}log_verbosity: loud\n`, "profile-value-invalid 4:16"],
  ["an archive and its hash", `${sound}module: { archive: a.tar, sha256: ${"aB".repeat(32)} }\n`],
  ["half a hash", `${sound}module: { archive: a.tar, sha256: abc }\n`, "profile-value-invalid 4:35"],
  [
    "an archive in the network",
    `${sound}module: { archive: 'https://x/a.tar' }\n`,
    "profile-path-invalid 4:20",
  ],
  ["no archive", `${sound}module: {}\n`, "profile-key-missing 4:1"],
  [
    "no time for the installer",
    `${sound}module: { archive: a, installer_timeout: 0 }\n`,
    "profile-value-invalid 4:42",
  ],
  ["answers for the installer", `${sound}module: { archive: a, answers: [y, "1"] }\n`],
  [
    "an answer that YAML takes for a number",
    `${sound}module: { archive: a, answers: [y, 1] }\n`,
    "profile-type-wrong 4:36",
  ],
  [
    "an answer of two lines",
    `${sound}module: { archive: a, answers: ["y\\nrm"] }\n`,
    "profile-value-invalid 4:33",
  ],
  ["no answers", `${sound}module: { archive: a, answers: [] }\n`, "profile-value-invalid 4:32"],
  [
    "a service account",
    `${sound}service: { user: amplia, home: /var/amplia, create: true, unit: amplia.service }\n`,
  ],
  ["a home that is not absolute", `${sound}service: { home: var }\n`, "profile-path-invalid 4:18"],
  ["a home with ..", `${sound}service: { home: /var/../etc }\n`, "profile-path-invalid 4:18"],
  ["a user name that is an option", `${sound}service: { user: -rf }\n`, "profile-value-invalid 4:18"],
  ["an instance of a template", `${sound}service: { unit: app@1.service }\n`],
  ["a template itself", `${sound}service: { unit: app@.service }\n`, "profile-value-invalid 4:18"],
  ["a unit without its kind", `${sound}service: { unit: amplia }\n`, "profile-value-invalid 4:18"],
  ["an unknown key", `${sound}modul: {}\n`, "profile-key-unknown 4:1"],
  [
    "users without connections",
    "users: { u: { connection: a, pin: { file: x } } }\n",
    "profile-key-missing 1:1",
  ],
  [
    "connections without users",
    "connections: { a: { ip: '::1', port: 1 } }\n",
    "?profile-connection-unused 1:16",
    "profile-key-missing 1:1",
  ],
  [
    "connections and users misspelt",
    "conections: { a: { ip: '::1', port: 1 } }\nuser: { u: { connection: a } }\n",
    "profile-key-unknown 1:1",
    "profile-key-unknown 2:1",
  ],
  [
    "where the application says that it is well",
    `${sound}service: { unit: amplia.service, health: 'http://localhost:5000/api/system/info', ` +
      `start_timeout: 3600 }\n`,
  ],
  [
    "health without a unit",
    `${sound}service: { health: 'https://amplia.example.org/' }\n`,
    "?profile-health-unused 4:12",
  ],
  [
    "health that is no URL",
    `${sound}service: { unit: a.service, health: 'localhost:5000' }\n`,
    "profile-url-invalid 4:37",
  ],
  [
    "health with a user's name",
    `${sound}service: { unit: a.service, health: 'http://u:hunter2@localhost/' }\n`,
    "profile-url-invalid 4:37",
  ],
  ["no time to start", `${sound}service: { start_timeout: 0 }\n`, "profile-value-invalid 4:27"],
  ["a version of Amplia", `${sound}amplia: { version: '4.10' }\n`],
  ["a version of Amplia as a number", `${sound}amplia: { version: 4.10 }\n`, "profile-type-wrong 4:20"],
  ["the schema's address for an editor", `$schema: profile.schema.json\n${sound}`],
  ["no map at all", "hunter2\n", "profile-type-wrong 1:1"],
  ["a map with nothing of a profile", "a: 1\n", "profile-key-missing 1:1", "profile-key-unknown 1:1"],
];

for (const [part, cases] of Object.entries({ endpoints, users, PIN: pins, rest })) {
  t.test(`${part}: each mistake is one problem at its place, and nothing else is one`, async (t) => {
    for (const [promise, text, ...problems] of cases)
      t.same([...places(await parsed(text))].sort(), [...problems].sort(), promise);
  });
}

t.test("problems come in the order of the text", async (t) => {
  const { problems } = await parsed(`${user("{ connection: b, pin: 1234 }")}log_verbosity: loud\nx: 1\n`);
  const offsets = problems.map(({ where }) => (where?.line ?? 0) * 1000 + (where?.column ?? 0));
  t.equal(problems.length, 5);
  t.same(
    offsets,
    [...offsets].sort((a, b) => a - b),
  );
});

t.test("every problem says what to do", async (t) => {
  for (const [promise, text] of [...endpoints, ...users, ...pins, ...rest]) {
    for (const { hint, message } of (await parsed(text)).problems) {
      t.ok(hint, `${promise}: ${message}`);
      t.notMatch(message, /\.$|^[A-Z][a-z]/);
    }
  }
});
