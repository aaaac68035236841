import { test } from "tap";
import { shownChanges } from "../../../src/vendor/client-config/shown-changes.js";

const secret = "hunter2";

const before = JSON.stringify(
  {
    proxy: { url: "http://p", login: { name: "n", password: secret } },
    pins: [secret, secret],
    connections: {
      hsm_1: { ip: "10.0.0.1", port: "1", tls_key: secret },
      odd: { ip: { password: secret }, port: [1, [secret]] },
      none: secret,
    },
    users: {
      old: { authentication_type: secret, connection: "hsm_1", password: secret, pin: 1234, remember: true },
      kept: { connection: "hsm_1", authentication_type: "password", token: null },
    },
    log_verbosity: `${secret} ${secret}`,
  },
  undefined,
  2,
);

test("of values that are not known, only the kind is shown: in lines that go, and around them", (t) => {
  const { proxy, pins, connections, users } = JSON.parse(before) as Record<string, Record<string, unknown>>;
  const after = {
    proxy,
    pins,
    connections: { hsm_1: { ...(connections?.["hsm_1"] as object), ip: "10.0.0.2" } },
    users: { kept: users?.["kept"] },
    log_verbosity: "info",
  };
  t.same(shownChanges(before, JSON.stringify(after, undefined, 2)), [
    "@@ line 13 @@",
    '   "connections": {',
    '     "hsm_1": {',
    '-      "ip": "10.0.0.1",',
    '+      "ip": "10.0.0.2",',
    '       "port": "1",',
    '       "tls_key": <text>',
    "-    },",
    '-    "odd": {',
    '-      "ip": <object>,',
    '-      "port": <list>',
    "-    },",
    '-    "none": <text>',
    "+    }",
    "   },",
    '   "users": {',
    '-    "old": {',
    '-      "authentication_type": <text>,',
    '-      "connection": "hsm_1",',
    '-      "password": <text>,',
    '-      "pin": <number>,',
    '-      "remember": <boolean>',
    "-    },",
    '     "kept": {',
    '       "connection": "hsm_1",',
    "@@ line 44 @@",
    "     }",
    "   },",
    '-  "log_verbosity": <text>',
    '+  "log_verbosity": "info"',
    " }",
    "\\ No newline at end of file",
  ]);
  t.end();
});

test("a new file has no line numbers; in what was no object nothing is shown", (t) => {
  const after = '{"users":{"u":{"connection":"h","password":"hunter2"}},"__proto__":"hunter2"}\n';
  const shown = '+{"users":{"u":{"connection":"h","password":<text>}},"__proto__":<text>}';
  t.same(shownChanges(null, after), [shown]);
  t.same(shownChanges("\n", after), ["@@ line 1 @@", "-", shown]);
  t.same(shownChanges("hunter2", after), []);
  t.same(shownChanges('"hunter2"', after), []);
  t.end();
});
