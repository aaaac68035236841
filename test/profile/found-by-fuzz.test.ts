import t from "tap";
import { cases } from "../support/cases.js";
import { parsed, places, shownText } from "./problems-of.js";

// found by `npm run fuzz -- profile`

const sound = "connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\n";

t.test("maps of maps on one line end in a problem, not in the parser's stack", async (t) => {
  t.match(
    places(await parsed("a: ".repeat(5000))),
    ["profile-too-deep"].map((code) => new RegExp(code)),
  );
  t.match(places(await parsed(`users: {${"a: ".repeat(5000)}\n${"b: ".repeat(5000)}`)), [/profile-/]);
});

t.test("a name with control characters is told with them escaped, in titles too", async (t) => {
  const outcome = await parsed('{"connections":{},"users":{"\\u0007":"x"}}', "p.json");
  t.match(
    outcome.problems.map(({ message }) => message),
    [/./, /./],
  );
  t.notOk(outcome.problems.some(({ message }) => message.includes("\u0007")));
});

t.test("a connection's name that may hold a PIN is quoted nowhere, nor among those allowed", async (t) => {
  const text =
    "connections: { 'pin: Hunter2': { ip: 10.1.2.3, port: 1 } }\nusers: { u: { connection: other, " +
    "pin: { prompt: true } } }\n";
  const outcome = await parsed(text);
  t.match(places(outcome), [/profile-connection-unused/, /profile-connection-unknown/]);
  t.notMatch(shownText(outcome), "Hunter");
});

t.test("a value that a stray carriage return has joined with a PIN's line is not quoted", async (t) => {
  const outcome = await parsed(
    `connections: { a: { endpoints: [{ ip: '10.1.2.3\r"pin":"Hunter2"', port: 1 }] } }\nusers: {}\n`,
  );
  t.ok(
    places(outcome).some((place) => place.includes("profile-address-invalid")),
    places(outcome).join(" "),
  );
  t.notMatch(shownText(outcome), "Hunter");
});

t.test("a key that may hold a PIN is in no title", async (t) => {
  t.notMatch(shownText(await parsed(`${sound}users:\n  "pin=Hunter2": 1\n`)), "Hunter");
});

t.test("a user's name that may hold a PIN is in no detail", async (t) => {
  const hub = "connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\nservice: { user: u }\n";
  for (const name of ["pin=Hunter2", `pin=Hunter2${"x".repeat(40)}`, "pin=Hunter2 ", "PIN:Hunter2\\u0007"]) {
    const outcome = await parsed(
      `${hub}users:\n  "${name}": { connection: a }\n  "spare\\u0301 pin=Hunter2": {}\n  "spar\u00e9 ` +
        `pin=Hunter2": {}\n`,
    );
    t.ok(outcome.problems.length > 2, name);
    t.notMatch(shownText(outcome), "Hunter", name);
  }
});

t.test("of very many problems the first are shown, and how many more there are", async (t) => {
  const { problems } = await parsed(
    `${sound}users:\n${Array.from({ length: 5000 }, (_, n) => `  u${n}: 1\n`).join("")}`,
  );
  t.equal(problems.length, 101);
  t.match(problems.at(-1), {
    code: "profile-more-problems",
    severity: "error",
    detail: /^4900 errors and 1 warning more/,
  });
});

t.test("past the limit errors go before warnings, in the order of the text", async (t) => {
  const names = Array.from({ length: 200 }, (_, n) => `  c${n}: { ip: h${n}, port: 1 }\n`).join("");
  const { problems } = await parsed(`connections:\n${names}users:\n  u: { connection: c0, pin: 1 }\n`);
  t.equal(problems.length, 101);
  t.match(
    problems.filter(({ severity }) => severity === "error").map(({ code }) => code),
    ["profile-pin-literal"],
  );
  t.match(problems.at(-1), { code: "profile-more-problems", severity: "warning" });
});

t.test("megabytes of nothing but mistakes do not take minutes", async (t) => {
  const size = 5 * 1024 * 1024;
  const start = performance.now();
  t.match(places(await parsed(`connections: {}\nusers:\n${" u: x\n".repeat(size / 6 - 10)}`)), [
    /profile-too-large/,
  ]);
  t.equal(
    (
      await parsed(
        `{"users":{"a":0${Array.from({ length: cases(300_000) }, (_, n) => `,"${n}":{}`).join("")}}}`,
        "p.json",
      )
    ).problems.length,
    101,
  );
  t.ok(performance.now() - start < 60_000);
});
