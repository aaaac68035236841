import { test } from "tap";
import { Problem } from "../../src/problem/problem.js";
import type { Observation } from "../../src/ui/reports/observation.js";
import { verifyMetrics } from "../../src/ui/reports/verify-metrics.js";
import { page } from "./pages.js";

/** A host of which everything was seen that has a metric. */
const all: Observation = {
  profile: "/etc/knetctl/profile.yaml",
  version: "1.2.3",
  ended: new Date(0),
  ms: 1,
  verdict: "drift",
  drift: 1,
  smoke: {
    tokens: [
      { label: "ca", serial: "1", proven: "logged-in", checks: [{ id: "login", status: "pass", ms: 1 }] },
    ],
    stores: [{ name: "Store", type: "Pkcs11", status: "pass", detail: "" }],
    consumers: [{ name: "tls", type: "nginx", status: "pass", detail: "" }],
  },
  members: [{ connection: "hsm_1", member: "10.1.2.3:60161", up: true, certificateEnd: new Date(0) }],
  problems: [new Problem("pin-file-missing", "…")],
};

test("every metric is documented with its labels, and no other", (t) => {
  const row = /^\| `(knetctl_\w+)` *\|([^|]*)\|/gm;
  const documented = [...page("docs/monitoring.md").text.matchAll(row)].map(
    ([, name = "", labels = ""]): [string, string[]] => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label).sort(),
    ],
  );
  t.equal(new Set(documented.map(([name]) => name)).size, documented.length, "each once");
  const written = verifyMetrics(all).map(({ name, samples }): [string, string[]] => {
    const labels = samples.flatMap((sample) => Object.keys(sample.labels));
    return [name, [...new Set(labels)].filter((label) => label !== "profile").sort()];
  });
  t.strictSame(Object.fromEntries(documented), Object.fromEntries(written));
  t.ok(
    verifyMetrics(all).every(({ samples }) => samples.length > 0),
    "the host of this test has a sample of each",
  );
  t.end();
});
