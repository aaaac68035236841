import { readFileSync, statSync } from "node:fs";
import t from "tap";
import { writeDemoProfile } from "../../../src/commands/demo/demo.js";
import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import type { Cluster } from "../../../src/simulator/cluster.js";
import { parsed, places } from "../../profile/problems-of.js";

const pin = "demo-pin-1";

const cluster: Pick<Cluster, "endpoints" | "users"> = {
  endpoints: [41_001, 41_002].map((port) => ({
    https: { ip: "127.0.0.1", port },
    ttlv: { ip: "127.0.0.1", port: port + 10 },
  })),
  users: ["ca_signer", "tsa_signer"].map((name) => ({
    name,
    role: "regular" as const,
    pin: new Secret(pin),
  })),
};

for (const keyStores of [true, false])
  t.test(`the demo's profile ${keyStores ? "with" : "without"} key stores is valid as it is`, async (t) => {
    const folder = path(t.testdir());
    const archive = { path: "/root/kNET-PKCS11-Linux-1.7.0.tar", sha256: "a".repeat(64) };
    const text = readFileSync(await writeDemoProfile(folder, cluster, archive, keyStores), "utf8");
    const read = await parsed(text);
    t.strictSame(
      places(read).filter((place) => !place.startsWith("?")),
      [],
      "no problem but tips",
    );
    t.equal(read.profile?.connections.get("hsm_1")?.endpoints.length, 2, "both members, in one vector");
    t.equal(read.profile?.keyStores?.size ?? 0, keyStores ? 2 : 0);
    t.notMatch(text, pin, "a PIN is never written in a profile");
    t.equal(statSync(`${folder}/ca_signer.pin`).mode & 0o777, 0o600);
  });
