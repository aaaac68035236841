import t from "tap";
import { parseJson } from "../../../src/formats/json/json-tree.js";
import { readClientConfig } from "../../../src/vendor/client-config/client-config.js";

function endpointsWith(port: string): unknown {
  const parsed = parseJson(`{ "connections": { "hsm_1": { "ip": "10.1.2.3", "port": ${port} } } }`);
  return "root" in parsed ? readClientConfig(parsed.root).connections?.get("hsm_1") : parsed.faults;
}

t.test(
  "a port of config.json is one from 1 to 65535, as text or as a number; with any other no client " +
    "could connect",
  (t) => {
    for (const port of [1, 65535]) {
      t.strictSame(endpointsWith(String(port)), [{ ip: "10.1.2.3", port }]);
      t.strictSame(endpointsWith(`"${port}"`), [{ ip: "10.1.2.3", port }]);
    }
    for (const port of ["0", '"0"', "65536", '"65536"', "-1", "1.5", '"060161"', '""', "null"])
      t.equal(endpointsWith(port), undefined, port);
    t.end();
  },
);
