import { test } from "tap";
import { parseJson } from "../../../src/formats/json/json-tree.js";
import { editedConnection } from "../../../src/vendor/client-config/edit-client-config.js";

const [a, b] = [
  { ip: "10.0.0.1", port: 1 },
  { ip: "2001:db8::2", port: 65535 },
];

function edited(text: string, name: string, endpoints: readonly { ip: string; port: number }[]): string {
  const parsed = parseJson(text);
  if (!("root" in parsed) || parsed.root.kind !== "object") throw new Error("no object");
  return editedConnection({ text, root: parsed.root }, name, endpoints).text;
}

const around = (connection: string): string =>
  `\uFEFF{ "log_verbosity": 17, "connections": { "__proto__" : ${connection}, "other": [1, 2] ` +
  `},\r\n\t"users": null }`;

test("all else stays to the byte, though no profile could say it", (t) => {
  t.equal(
    edited(around('{"z": 1e400, "ip":"10.0.0.1","port":1}'), "__proto__", [a, b]),
    around('{"z": 1e400, "ip":["10.0.0.1", "2001:db8::2"],"port":[1, 65535]}'),
  );
  t.equal(
    edited(around('{"ip": ["10.0.0.1", "x"], "port": ["1", "2"]}'), "__proto__", [a]),
    around('{"ip": "10.0.0.1", "port": "1"}'),
  );
  t.end();
});

test("every endpoint keeps the way in which it has its port", (t) => {
  const mixed = around('{"ip": ["10.0.0.1", "2001:db8::2"], "port": ["1", 65535]}');
  t.equal(
    edited(mixed, "__proto__", [b, a]),
    around('{"ip": ["2001:db8::2", "10.0.0.1"], "port": [65535, "1"]}'),
  );
  t.equal(
    edited(mixed, "__proto__", [b, { ip: "10.0.0.3", port: 3 }]),
    around('{"ip": ["2001:db8::2", "10.0.0.3"], "port": [65535, "3"]}'),
  );
  t.end();
});

test("what no client could read is written anew", (t) => {
  for (const broken of ["null", "[]", '"10.0.0.1:1"'])
    t.match(
      edited(around(broken), "__proto__", [a]),
      new RegExp(
        '"__proto__" : \\{[^]*"ip": "10\\.0\\.0\\.1",[^]*"port": "1"[^]*\\}, ' +
          '"other": \\[1, 2\\] \\},\r\n\t"users": null \\}$',
      ),
    );
  t.match(edited(around('{"port": true}'), "__proto__", [a]), /\{"port": "1"[^}]*"ip": "10\.0\.0\.1"\}/);
  t.end();
});

test("the same endpoints are the same text; a connection that is not there is refused", (t) => {
  const text = around('{"ip": ["10.0.0.1"], "port": ["1"]}');
  t.equal(edited(text, "__proto__", [a]), text);
  t.throws(() => edited(text, "hsm_1", [a]), { code: "ha-connection-unknown" });
  t.end();
});
