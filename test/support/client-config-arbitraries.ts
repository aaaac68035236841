import fc from "fast-check";
import type { ClientConfig } from "../../src/vendor/client-config/client-config.js";

const hostile = [
  "__proto__",
  "constructor",
  "toString",
  'a"b',
  "a\\b",
  "{{x}}",
  "</script>",
  "é署",
  "connections",
  "ip",
  "\u2028",
  "a,b",
  "}",
];
const names = fc.oneof(
  fc.constantFrom(...hostile, "hsm_1", "hsm_2", "ca_signer"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
);
const endpoints = fc.array(
  fc.record({ ip: fc.oneof(fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 1, max: 65535 }) }),
  { minLength: 1, maxLength: 3 },
);

/** Client configurations with hostile names. */
export const clientConfigs: fc.Arbitrary<ClientConfig> = fc
  .record({
    connections: fc.uniqueArray(fc.tuple(names, endpoints), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 4,
    }),
    users: fc.uniqueArray(fc.tuple(names, names), { selector: ([name]) => name, maxLength: 5 }),
    logVerbosity: fc.option(fc.constantFrom("none", "key_only", "quiet", "info", "verbose", "full"), {
      nil: undefined,
    }),
  })
  .map(({ connections, users, logVerbosity }) => ({
    connections: new Map(connections),
    users: new Map(users.map(([name, connection]) => [name, { connection, authenticationType: "password" }])),
    ...(logVerbosity !== undefined && { logVerbosity }),
  }));

/** JSON values of keys that the program does not know, as text. */
export const strangers = fc.array(fc.json({ maxDepth: 2 }), { maxLength: 6 });

export type Owner = "top" | { readonly connection: string } | { readonly user: string };

export interface SpacedConfig {
  readonly text: string;
  /** Each unknown member's bytes, and what it is in. */
  readonly unknown: readonly { readonly owner: Owner; readonly bytes: string }[];
}

/** Ways to say the same: ports as numbers, one-element vectors, the default verbosity left out or said. */
export const sameMeaning = { numbers: true, vectors: true };

// told apart by number, not by text: each is kept, and compared with all that come after it
const spaces = () => fc.constantFrom("", " ", "\n", "\r\n  ", "\t", "\n    ");
const orders = (count: number) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count });

/**
 * The configuration as somebody else might have written it: odd white space, any order of keys, unknown keys
 * anywhere.
 */
export function spaced(
  config: ClientConfig,
  strangeValues: readonly string[],
  gen: fc.GeneratorValue,
  style = { numbers: false, vectors: false },
): SpacedConfig {
  const unknown: { owner: Owner; bytes: string }[] = [];
  const left = strangeValues.map((value, index) => ({ key: `x_unknown_${index}`, value }));
  const space = () => gen(spaces);
  const object = (members: readonly (readonly [string, string])[], owner?: Owner): string => {
    const texts = members.map(([name, value]) => JSON.stringify(name) + space() + ":" + space() + value);
    while (owner !== undefined && left.length > 0 && gen(fc.boolean)) {
      const stranger = left.pop();
      const bytes = `"${stranger?.key ?? ""}"${space()}:${space()}${stranger?.value ?? ""}`;
      unknown.push({ owner, bytes });
      texts.push(bytes);
    }
    const shuffled = gen(orders, texts.length).map((place) => texts[place]);
    return `{${space()}${shuffled.join(`${space()},${space()}`)}${space()}}`;
  };
  const vector = (values: readonly (string | number)[], always: boolean) =>
    values.length === 1 && !always
      ? JSON.stringify(values[0])
      : `[${space()}${values.map((value) => JSON.stringify(value)).join(`,${space()}`)}]`;
  const connections = [...config.connections].map(([name, list]) => {
    const numbers = style.numbers && gen(fc.boolean);
    const always = style.vectors && gen(fc.boolean);
    const ports = list.map(({ port }) => (numbers ? port : String(port)));
    return [
      name,
      object(
        [
          [
            "ip",
            vector(
              list.map(({ ip }) => ip),
              always,
            ),
          ],
          ["port", vector(ports, always)],
        ],
        { connection: name },
      ),
    ] as const;
  });
  const users = [...config.users].map(
    ([name, user]) =>
      [
        name,
        object(
          [
            ["connection", JSON.stringify(user.connection)],
            ["authentication_type", '"password"'],
          ],
          { user: name },
        ),
      ] as const,
  );
  const verbosity =
    config.logVerbosity === undefined
      ? []
      : [["log_verbosity", JSON.stringify(config.logVerbosity)] as const];
  const text = object([["connections", object(connections)], ["users", object(users)], ...verbosity], "top");
  return { text, unknown };
}
