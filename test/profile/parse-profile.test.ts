import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parsed, places } from "./problems-of.js";

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../fixtures/profiles", name), "utf8");

t.test(
  "a native profile becomes values: defaults filled in, paths absolute, text ports numbers",
  async (t) => {
    const { profile, problems } = await parsed(fixture("pair.yaml"), "pair.yaml");
    t.same(problems, []);
    t.same(profile, {
      source: "pair.yaml",
      connections: new Map([
        [
          "hsm_1",
          {
            name: "hsm_1",
            endpoints: [
              { ip: "10.1.2.3", port: 60161 },
              { ip: "2001:db8::7", port: 60161 },
            ],
          },
        ],
      ]),
      users: new Map([
        [
          "ca_signer",
          {
            name: "ca_signer",
            connection: "hsm_1",
            authenticationType: "password",
            pin: { from: "file", path: "/etc/knetctl/secrets/ca_signer" },
          },
        ],
        [
          "ocsp",
          {
            name: "ocsp",
            connection: "hsm_1",
            authenticationType: "password",
            pin: { from: "credential", name: "ocsp" },
          },
        ],
      ]),
      logVerbosity: "quiet",
      module: {
        archive: "/etc/knetctl/kNET-PKCS11-Linux-1.7.0.tar",
        sha256: "5f0c".repeat(16),
        installerTimeoutSeconds: 120,
        network: false,
        inPlace: false,
      },
      service: {
        user: "amplia",
        group: "pki",
        home: "/var/amplia",
        unit: "amplia.service",
        create: true,
        startTimeoutSeconds: 60,
      },
    });
  },
);

t.test("the client's own config.json is a profile, without a word about PINs", async (t) => {
  const { profile, problems } = await parsed(fixture("config.json"), "config.json");
  t.same(problems, []);
  t.same(profile?.connections.get("hsm_1")?.endpoints, [
    { ip: "10.1.2.3", port: 60161 },
    { ip: "10.1.2.4", port: 49193 },
  ]);
  t.same(profile?.connections.get("hsm_2")?.endpoints, [{ ip: "10.9.9.9", port: 60161 }]);
  t.same(profile?.users.get("__proto__"), {
    name: "__proto__",
    connection: "hsm_2",
    authenticationType: "password",
  });
  t.same(profile?.service, { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 });
  t.notHas(profile, { module: {} });
});

t.test("every placeholder of the document is named as such", async (t) => {
  t.same(places(await parsed(fixture("document.json"), "document.json")), [
    "profile-placeholder 4:14",
    "profile-placeholder 4:30",
    "profile-placeholder 5:16",
    "profile-placeholder 5:35",
    "profile-placeholder 9:5",
    "?profile-log-full 14:20",
  ]);
  const native = await parsed(
    fixture("pair.yaml").replace("1.7.0", "X.Y.Z").replace("secrets/ca_signer", "SOME_PASSWORD"),
  );
  t.same(places(native), ["profile-placeholder 8:48", "profile-placeholder 12:12"]);
  t.notMatch(JSON.stringify(native.problems), "SOME_PASSWORD");
});

t.test("the offending text, what is allowed and the nearest right word are said", async (t) => {
  const { problems } = await parsed(
    fixture("pair.yaml").replace("connection: hsm_1,", "connection: hsm-2,").replace("quiet", "quite"),
  );
  t.match(problems[0], { detail: 'found "hsm-2"; allowed: "hsm_1"', hint: 'did you mean "hsm_1"?' });
  t.match(problems[1], {
    detail: 'found "quite"; allowed: none, key_only, quiet, info, verbose, full',
    hint: 'did you mean "quiet"?',
  });
});

t.test("vectors of different lengths are told with both lengths", async (t) => {
  const { problems } = await parsed(
    fixture("config.json").replace(', "10.1.2.4"', ', "10.1.2.4", "10.1.2.5"'),
  );
  t.equal(problems[0]?.detail, "ip is a list of 3, port is a list of 2");
});

t.test("text of the profile cannot command a terminal from within a problem", async (t) => {
  const { problems } = await parsed('connections: {}\nusers: {}\n"\\e[2J\\u202e\\x07": 1\n');
  t.match(problems.at(-1)?.detail, "\\u{1b}[2J\\u{202e}\\u{7}");
});

t.test("what is to be proven: left out, in full, and what is no proof", async (t) => {
  const users = { ca_signer: { connection: "hsm_1", pin: { prompt: true } } };
  const profile = { connections: { hsm_1: { endpoints: [{ ip: "10.1.2.3", port: 1 }] } }, users };
  const proofOf = async (proof: unknown) =>
    (await parsed(JSON.stringify({ ...profile, proof }))).profile?.proof;
  t.equal((await parsed(JSON.stringify(profile))).profile?.proof, undefined);
  t.strictSame(await proofOf({}), {
    atLeast: "signed",
    tokenObjects: "allow",
    existingKeys: "sign",
    keys: [],
    keysElsewhere: false,
  });
  t.strictSame(
    await proofOf({ at_least: "signed-existing-key", token_objects: "never", keys: ["ca", "ocsp"] }),
    {
      atLeast: "signed-existing-key",
      tokenObjects: "never",
      existingKeys: "sign",
      keys: ["ca", "ocsp"],
      keysElsewhere: false,
    },
  );
  for (const at_least of ["signed-token-key", "signed-session-key"] as const)
    t.match(await proofOf({ at_least, existing_keys: "list" }), { atLeast: at_least, existingKeys: "list" });
  for (const wrong of [
    { at_least: "signed-key" },
    { existing_keys: "leave" },
    { at_least: "signed-existing-key", existing_keys: "list" },
    { token_objects: "always" },
    { keys: "ca" },
    { keys: [""] },
    { keys: ["ca", "ca"] },
    { key: [] },
  ])
    t.equal(await proofOf(wrong), undefined, JSON.stringify(wrong));
  const two = { ...profile, users: { ...users, ocsp: { connection: "hsm_1", pin: { prompt: true } } } };
  t.match((await parsed(JSON.stringify({ ...two, proof: {} }))).profile?.proof, { keysElsewhere: true });
});
