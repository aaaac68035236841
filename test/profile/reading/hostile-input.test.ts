import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import t from "tap";
import { parsed, places, shownText } from "../problems-of.js";

const pin = "Hunter2MarkedPin";

t.test("bytes of any kind end in problems, never in an exception", async (t) => {
  const names = fc.constantFrom("p.yaml", "p.json", "-");
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), names, async (bytes, name) => {
      const { profile, problems } = await parsed(bytes, name);
      t.ok(profile ?? problems.length);
    }),
    { numRuns: 150 },
  );
  t.pass("none thrown");
});

t.test("any data in the places of a profile ends in problems, never in an exception", async (t) => {
  const part = fc.jsonValue({ maxDepth: 3 });
  const some = fc.record(
    { connections: part, users: part, module: part, service: part, log_verbosity: part },
    { requiredKeys: [] },
  );
  const user = fc.record({ connection: part, pin: part, authentication_type: part }, { requiredKeys: [] });
  const near = fc.record({
    connections: fc.dictionary(
      fc.string(),
      fc.record({ ip: part, port: part, endpoints: part }, { requiredKeys: [] }),
    ),
    users: fc.dictionary(fc.string(), user),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(some, near), fc.constantFrom("p.yaml", "p.json"), async (data, name) => {
      const { profile, problems } = await parsed(JSON.stringify(data), name);
      t.ok(profile ?? problems.length);
    }),
    { numRuns: 100 },
  );
});

t.test("cut off anywhere, a profile is a problem or a profile", async (t) => {
  const text =
    'connections:\n  a:\n    endpoints: [{ ip: 10.1.2.3, port: 1 }]\nusers:\n  "u": { connection: ' +
    "a, pin: { file: 'x' } }\n";
  for (let length = 1; length < text.length; length++) {
    const { profile, problems } = await parsed(text.slice(0, length));
    if (!profile && problems.length === 0) t.fail(`nothing said of the first ${length} characters`);
  }
  t.pass();
});

/** Ways in which a PIN ends up in a profile; none may be quoted. */
const leaks: readonly string[] = [
  `pin: ${pin}`,
  `pin: [${pin}]`,
  `pin: { ${pin} }`,
  `pin: { ${pin}: ${pin} }`,
  `pin: { value: ${pin} }`,
  `pin: { file: [${pin}] }`,
  `pin: { file: SOME_PASSWORD, ${pin}: 1 }`,
  `pin: { env: "${pin} 1" }`,
  `pin: { fd: ${pin} }`,
  `pin: { credential: a/${pin} }`,
  `pin: { prompt: ${pin} }`,
  `pin: { file: "~/${pin}" }`,
  `pin: { file: "x\\u0007${pin}" }`,
  `pin: { ${pin}: 1, ${pin}: 2 }`,
  `pin: { a: { ${pin}: 1, ${pin}: 2 } }`,
  `pin: *${pin}`,
  `pin: !${pin} x`,
  `pin: "\\q${pin}"`,
  `pin: "${pin}`,
  `pin: '${pin}`,
  `pin: @${pin}`,
  `pin: ${pin}: ${pin}`,
  `pin: |${pin}`,
  `pin: {${pin}`,
  `pin: & ${pin}`,
  `pin: %${pin}`,
  `Pin: ${pin}`,
  `PASSWORD: ${pin}`,
  `password: { ${pin}: 1 }`,
  `pass-phrase: ${pin}`,
  `user_password: [${pin}]`,
  `"pin=${pin}": 1`,
  `pin ${pin}`,
  `pin:${pin}`,
  `pin=${pin}`,
  `secret: *${pin}`,
  `? [${pin}]\n      : 1`,
  `pin:\n  ${pin}`,
  `pin:\n\t${pin}`,
  `pin: ${pin}\n      pin: ${pin}`,
  `pin: ${pin}\n      - ${pin}`,
  `\n  pin: { ${pin} }`,
  `\n  pin: { ${pin}: 1 }`,
  `\n  password: [${pin}]`,
  `\npin: { ${pin} }`,
];

t.test("a PIN written into a profile is in no problem, however it was written", async (t) => {
  for (const leak of leaks) {
    const native =
      `connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 1 }] } }\nusers:\n  u:\n      connection: ` +
      `a\n      ${leak}\n`;
    const outcome = await parsed(native);
    t.ok(
      outcome.problems.some(({ severity }) => severity === "error"),
      `refused: ${leak}`,
    );
    t.notMatch(shownText(outcome), pin, leak);
  }
});

t.test("the same in JSON, whole and broken", async (t) => {
  const bodies = [
    `"pin": "${pin}"`,
    `"pin": {"x": "${pin}"}`,
    `"pin": ${pin}`,
    `"password": ["${pin}"]`,
    `"pin": "${pin}`,
    `"pin": "${pin}\\x"`,
    `"pin" "${pin}"`,
    `pin: "${pin}"`,
  ];
  for (const body of bodies) {
    const outcome = await parsed(
      `{"connections":{"a":{"ip":"::1","port":1}},"users":{"u":{"connection":"a",${body}}}}`,
      "p.json",
    );
    t.ok(
      outcome.problems.some(({ severity }) => severity === "error"),
      `refused: ${body}`,
    );
    t.notMatch(shownText(outcome), pin, body);
  }
});

t.test(
  "a PIN given in the place of a user, of the users or of the whole profile is in no problem",
  async (t) => {
    for (const text of [
      `connections: {}\nusers: { u: ${pin} }`,
      `connections: {}\nusers: ${pin}`,
      pin,
      `- ${pin}`,
      `"${pin}`,
    ]) {
      t.notMatch(shownText(await parsed(text)), pin, text);
    }
  },
);

t.test("a bomb of aliases is refused, not expanded", async (t) => {
  const levels = Array.from({ length: 20 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(20)}]`);
  const started = performance.now();
  const outcome = await parsed(`l0: &l0 x\n${levels.join("\n")}\n`);
  t.ok(places(outcome).includes("profile-alias 2:10"));
  t.ok(performance.now() - started < 2000);
});

t.test("a name of megabytes is told once, and not copied into every mistake below it", async (t) => {
  const text = JSON.stringify({
    connections: {
      ["a".repeat(cases(1_000_000))]: { endpoints: Array.from({ length: cases(20_000) }, () => ({})) },
    },
  });
  for (const name of ["p.json", "p.yaml"])
    t.same(places(await parsed(text, name)), ["profile-name-invalid 1:17"], name);
  t.notMatch(places(await parsed(JSON.stringify({ connections: { ["a".repeat(1024)]: {} } }))), [
    "profile-name-invalid 1:17",
  ]);
});

t.test("cost grows with the size, not with its square", async (t) => {
  const lines = (count: number, line: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => `${line(n)}\n`).join("");
  const profile = (users: number) =>
    `connections:\n${lines(users / 10, (n) => `  hsm_${n}: { ip: 10.1.${n >> 8}.${n & 255}, port: 1 }`)}` +
    `users:\n${lines(users, (n) => `  user_${n}: { connection: hsm_${n % (users / 10)} }`)}`;
  const cost = async (users: number): Promise<number> => {
    const text = profile(users);
    const started = performance.now();
    t.equal((await parsed(text)).profile?.users.size, users);
    return performance.now() - started;
  };
  await cost(1000);
  const [small, large] = [await cost(500), await cost(5000)];
  t.ok(large < small * 40 + 500, `${Math.round(small)} ms and ${Math.round(large)} ms`);
});
