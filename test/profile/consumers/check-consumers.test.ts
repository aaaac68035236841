import t from "tap";
import { parsed, places, shownText } from "../problems-of.js";

const head = `connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users:
  ca: { connection: hsm_1, pin: { file: /run/ca } }
  bare: { connection: hsm_1 }
`;

const withConsumers = (...lines: readonly string[]) =>
  parsed(`${head}consumers:\n${lines.map((line) => `  ${line}\n`).join("")}`);

async function found(...lines: readonly string[]): Promise<readonly string[]> {
  return places(await withConsumers(...lines)).filter((one) => !one.startsWith("?profile-pin-missing"));
}

t.test("a consumer has everything filled in", async (t) => {
  const { profile } = await withConsumers("tls: { type: openssl-engine, user: ca, key: web }");
  t.same(profile?.consumers?.get("tls"), {
    name: "tls",
    type: "openssl-engine",
    service: "amplia",
    token: "ca",
    tokenIndex: 0,
    module: "libkNETPKCS11.so",
    file: "/etc/ssl/tls.cnf",
    pinFile: "/etc/knet-pins/amplia.tls.pin",
    pin: { from: "file", path: "/run/ca" },
    keys: { key: "web" },
  });
  t.equal(profile?.consumers?.get("tls")?.pin, profile?.users.get("ca")?.pin, "the very source of the user");
});

t.test("a profile may ask for none, alone", async (t) => {
  t.equal((await parsed("consumers: {}\n")).profile?.consumers?.size, 0);
  t.equal((await parsed(head)).profile?.consumers, undefined);
});

t.test("what a schema cannot say of one", async (t) => {
  t.same(await found("a--b: { type: p11-kit, user: ca }"), ["profile-name-invalid 6:3"]);
  t.same(await found("a: { type: p11kit, user: ca }"), ["profile-value-invalid 6:14"]);
  t.same(await found("a: { type: p11-kit }"), ["profile-token-open 6:3"]);
  t.same(await found("a: { type: p11-kit, user: cc }"), ["profile-user-unknown 6:29"]);
  t.same(await found("a: { type: openssl-engine, user: bare }"), ["profile-consumer-pinless 6:30"]);
  t.same(await found("a: { type: p11-kit, user: bare }"), [], "it needs no PIN");
  t.same(await found("a: { type: krill, user: ca }"), ["?profile-consumer-literal 6:3"]);
  t.same(await found("a: { type: openssl-engine, user: ca, key: ' x' }"), ["profile-value-invalid 6:45"]);
  t.match(places(await parsed("consumers: { a: { type: p11-kit } }\n")), ["profile-token-open 1:14"]);
});

t.test("one that sends its PIN to every token takes a profile with one user", async (t) => {
  t.same(await found("a: { type: openssh, user: ca }"), ["profile-token-shared 6:3"]);
  const one = head.replace(/ {2}bare.*\n/, "");
  t.same(places(await parsed(`${one}consumers: { a: { type: openssh } }\n`)), []);
});

t.test("a file that its program makes, and looks for by its name", async (t) => {
  const file = (path: string) => found(`a: { type: nss, user: ca, file: ${path} }`);
  t.same(await file("/home/ca/.pki/nssdb/pkcs11.txt"), []);
  for (const other of ["/etc/nssdb", "/etc/nssdb/cert9.db", "/etc/pkcs11.txt.old", "/etc/xpkcs11.txt"])
    t.same(await file(other), ["profile-path-invalid 6:35"], other);
});

t.test("paths that need quotes somewhere, and places for two things", async (t) => {
  for (const bad of ["relative", "/a b", "/a/../b", "/a$b", "/", "'/a\"b'"])
    t.match(
      (await found(`a: { type: p11-kit, user: ca, file: ${bad} }`))[0],
      /^profile-path-invalid 6:/,
      bad,
    );
  t.same(await found("a: { type: p11-kit, user: ca, module: libx.so }"), ["profile-path-invalid 6:41"]);
  t.same(await found("a: { type: openssl-engine, user: ca, module: libx.so }"), []);
  const engine = "{ type: openssl-engine, user: ca, file: /etc/x.cnf }";
  t.same(await found(`a: ${engine}`, `b: ${engine}`), ["profile-consumer-clash 7:46"]);
  t.same(
    await found(
      "a: { type: krill, user: ca }",
      "b: { type: krill, user: ca }",
      "c: { type: p11-kit, user: ca, file: /etc/krill.conf }",
    ),
    ["?profile-consumer-literal 6:3", "?profile-consumer-literal 7:3", "profile-consumer-clash 8:39"],
  );
});

t.test("a PIN in a consumer is refused, and not shown", async (t) => {
  const result = await withConsumers("a: { type: krill, user: ca, pin: secret-4711 }");
  t.match(places(result), [
    "?profile-pin-missing 4:3",
    "?profile-consumer-literal 6:3",
    "profile-pin-literal 6:31",
  ]);
  t.notMatch(shownText(result), "4711");
});
