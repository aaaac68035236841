import { test } from "tap";
import { sameEndpoints, spellingKey } from "../../../src/vendor/client-config/client-config.js";

const ips = [
  "10.0.0.1",
  "10.0.0.2",
  "::ffff:10.0.0.1",
  "::ffff:a00:1",
  "2001:db8::1",
  "2001:DB8:0::1",
  "hsm",
  "HSM",
  "hsm.",
  "0.0.0.0",
  "::",
  "255.255.255.255",
  "10.0.0.256",
  "",
  " 10.0.0.1",
];

test("two endpoints have one key if they are the same, and only then", (t) => {
  const endpoints = ips.flatMap((ip) => [60161, 60162].map((port) => ({ ip, port })));
  for (const one of endpoints)
    for (const other of endpoints)
      t.equal(
        spellingKey(one) === spellingKey(other),
        sameEndpoints([one], [other]),
        `${JSON.stringify(one)} and ${JSON.stringify(other)}`,
      );
  t.end();
});
