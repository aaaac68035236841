import { test } from "tap";
import { transientProperties } from "../../../src/host/unit/transient-properties.js";
import { sandboxProperties } from "../../../src/host/unit/unit-sandbox.js";
import { unitWith } from "../../support/recorded-unit.js";

test("values that systemd has besides yes and no since 257 are what counts", (t) => {
  t.ok(sandboxProperties.includes("PrivateTmpEx"), "it is asked for");
  const given = (lines: Readonly<Record<string, string>>): readonly string[] =>
    transientProperties(unitWith(lines)).groups.flatMap(({ assignments }) => assignments);
  for (const [more, expected] of [
    ["disconnected", "PrivateTmpEx=disconnected"],
    ["connected", "PrivateTmp=yes"],
  ] as const)
    t.ok(given({ PrivateTmp: "yes", PrivateTmpEx: more }).includes(expected), more);
  t.ok(given({ PrivateTmp: "yes" }).includes("PrivateTmp=yes"), "before 257");
  t.notMatch(given({ PrivateTmp: "no", PrivateTmpEx: "no" }).join(" "), /PrivateTmp/);
  t.end();
});
