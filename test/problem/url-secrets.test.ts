import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { validate } from "../../src/commands/run/validate.js";
import { schemaTexts } from "../../src/generated/schemas.js";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { valueWithoutUrlSecrets, withoutUrlSecrets } from "../../src/problem/without-url-secrets.js";
import { quoted } from "../../src/profile/words/quote.js";
import { problemText } from "../../src/ui/text/problem-text.js";
import { knetctl } from "../support/knetctl.js";
import { recordedContext } from "../support/recorded-context.js";

const secret = "S3CRET";
const url = `https://user:${secret}@host/p?token=${secret}`;
const long = `https://${"u".repeat(40)}:${secret}${"x".repeat(30)}@host/`;
/** Also what a URL becomes where it is taken for a path, and what is left of it where a text is shortened. */
const urls = [
  url,
  long,
  `https:/user:${secret}@host`,
  `https://user:${secret}/a@host/p`,
  `https://host/p?token=${secret}`,
  `"see ${url}, or ${url}"`,
  `HTTPS:\\\\user:${secret}@host`,
  `https:user:${secret}@host`,
  `amqp://host/#${secret}`,
  `user:${secret}@host`,
];

test("user, password, query and fragment are taken out of a URL, nothing else out of a text", async (t) => {
  const cases: readonly (readonly [text: string, shown: string])[] = [
    ["https://user:pw@host:1/p?q=1#f", "https://…@host:1/p?…"],
    ["https://host/p#f", "https://host/p#…"],
    [
      'asked (https://u:p@host/p?q), then "https://host/".',
      'asked (https://…@host/p?…), then "https://host/".',
    ],
    ["did you mean https://host/?", "did you mean https://host/?"],
    ["http:/u:p@host", "http:/…@host"],
    ["/etc/http:/u:p@host", "/etc/http:/…@host"],
    ["http:u:p@host", "http:…@host"],
    // which part is secret cannot be told
    ["https://u:p/w@host/", "https://…"],
    ["https://host/p?mail=a@b", "https://…"],
    ["a https://u:p@x,https://u:p@y b\nc", "a https://… b\nc"],
    ["u:p@host", "…@host"],
    ['at="u:p@host"', 'at="…@host"'],
    [
      "12:30 a@b c?d #e 10.1.2.3:60161, [::1]:60161, knet@1.service:2:1",
      "12:30 a@b c?d #e 10.1.2.3:60161, [::1]:60161, knet@1.service:2:1",
    ],
    ["server:/export C:\\folder /a:b /x:y", "server:/export C:\\folder /a:b /x:y"],
  ];
  for (const [text, shown] of cases) {
    t.equal(withoutUrlSecrets(text), shown);
    t.equal(withoutUrlSecrets(shown), shown, "once is enough");
  }
  t.equal(
    valueWithoutUrlSecrets("/a/https:/u:p w\n@host"),
    "/a/https:/…@host",
    "a value goes on behind a blank",
  );
  t.equal(valueWithoutUrlSecrets("/srv/a:b@c?d"), "/srv/a:b@c?d", "a path that is no URL stays one");
});

test("no part of a problem quotes them, nor does a quotation that is shortened", async (t) => {
  for (const text of urls) {
    const where = { path: text.startsWith("user:") ? "" : text, line: 1 };
    const problem = new Problem("internal-error", text, {
      where,
      detail: `found ${text}`,
      hint: `remove ${text}`,
    });
    t.notMatch(JSON.stringify(problem) + String(problem.stack), secret, text);
    t.notMatch(quoted(text), secret, text);
  }
});

test("a long hostile text costs no more than its length", async (t) => {
  // each took minutes with a pattern that runs over all of the text
  for (const part of ["http://", "http:// ", "http://a:", "a:/", "@", "?", ":", "a:b@", "http:", "\"'"]) {
    const text = part.repeat(300_000);
    t.ok(withoutUrlSecrets(`${text}@`).length > 0);
    t.ok(valueWithoutUrlSecrets(`${text}@`).length > 0);
  }
});

function member(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
}

function entries(node: unknown): readonly (readonly [string, unknown])[] {
  return typeof node === "object" && node !== null ? Object.entries(node) : [];
}

/** Paths of all that the schema allows; `*` is a name of the author's choice, `0` an item of a list. */
function places(schema: unknown, root: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  const ref = member(schema, "$ref");
  if (typeof ref === "string") return places(ref.slice(2).split("/").reduce(member, root), root, at);
  const properties = entries(member(schema, "properties")).flatMap(([name, below]) =>
    places(below, root, [...at, name]),
  );
  const named =
    typeof member(schema, "additionalProperties") === "object"
      ? places(member(schema, "additionalProperties"), root, [...at, "*"])
      : [];
  const items =
    member(schema, "items") === undefined ? [] : places(member(schema, "items"), root, [...at, "0"]);
  const choices = ["allOf", "anyOf", "oneOf"].flatMap((key) =>
    entries(member(schema, key)).flatMap(([, below]) => places(below, root, at)),
  );
  const conditional = ["then", "else"].flatMap((key) =>
    member(schema, key) === undefined ? [] : places(member(schema, key), root, at),
  );
  return [at, ...properties, ...named, ...items, ...choices, ...conditional];
}

/** The node with `value` at a path; a place that is a name is every name there, or a new one. */
function put(node: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (first === "0") return [put(member(node, first), rest, value)];
  const map = Object.fromEntries(entries(node));
  const names =
    first === "*" && Object.keys(map).length > 0 ? Object.keys(map) : [first === "*" ? "name" : first];
  return { ...map, ...Object.fromEntries(names.map((name) => [name, put(map[name], rest, value)])) };
}

const valid = {
  connections: { a: { endpoints: [{ ip: "10.1.2.3", port: 60161 }] } },
  users: { u: { connection: "a", pin: { prompt: true } } },
  service: { user: "amplia" },
  module: { archive: "a.tar" },
  key_stores: {
    p: { type: "Pkcs11", user: "u" },
    k: { type: "Kryptus", user: "u" },
    d: { type: "Dinamo", host: "10.1.2.3" },
    z: { type: "Azure", endpoint: "https://example.vault.azure.net/" },
  },
};

test("a URL with secrets anywhere in a profile is quoted by no problem, as a name neither", async (t) => {
  const schema: unknown = JSON.parse(schemaTexts.profile);
  const all = [...new Map(places(schema, schema).map((place) => [place.join("/"), place])).values()];
  t.ok(all.length > 60, `${all.length} places`);
  for (const wanted of [
    "connections/*/endpoints/0/ip",
    "service/health",
    "users/*/pin/file",
    "key_stores/*/endpoint",
  ])
    t.ok(
      all.some((place) => place.join("/") === wanted),
      wanted,
    );
  const profiles = [url, `https:/user:${secret}@host`, long].flatMap((text) =>
    all.flatMap((place) => [
      put(valid, place, text),
      put(valid, [...place, text], 1),
      put(valid, [...place, text], text),
    ]),
  );
  const quotations: string[] = [];
  for (const name of ["p.json", "p.yaml"]) {
    const folder = path(t.testdir({ [name]: "" }));
    for (const profile of name === "p.json" ? profiles : profiles.slice(0, 200)) {
      writeFileSync(join(folder, name), JSON.stringify(profile));
      const human = recordedContext({ workingFolder: folder, verbose: true });
      const json = recordedContext({ workingFolder: folder, verbose: true, json: true });
      await validate({ profiles: [name] }, human.context);
      await validate({ profiles: [name] }, json.context);
      const { style } = human.context.output;
      const said = [
        ...human.problems.map((problem) => problemText(problem, style) + String(problem.cause)),
        ...human.notes,
        ...human.results,
        JSON.stringify(json.documents),
      ].join("\n");
      if (said.includes(secret))
        quotations.push(said.split("\n").find((line) => line.includes(secret)) ?? "");
    }
  }
  t.strictSame([...new Set(quotations)].slice(0, 10), []);
});

test("a URL with secrets that is given for a file, folder, endpoint or name is quoted nowhere", async (t) => {
  const folder = t.testdir({});
  copyFileSync(join(import.meta.dirname, "../fixtures/profiles/pair.yaml"), join(folder, "p.yaml"));
  const runs = (text: string): readonly (readonly string[])[] => [
    ["validate", text],
    ["render", text],
    ["plan", text],
    ["apply", text, "--yes"],
    ["verify", text],
    ["plan", "p.yaml", "--root", text],
    ["history", text],
    ["rollback", text],
    ["ha", "list", "--profile", text],
    ["ha", "list", "--config", text],
    ["ha", "list", "--user", text],
    ["ha", "list", "--home", text],
    ["ha", "list", text, "--profile", "p.yaml"],
    ["ha", "probe", text],
    ["ha", "probe", text, "--profile", "p.yaml"],
    ["ha", "set", text, text, "--dry-run"],
    ["ha", "add", "hsm_1", text, "--profile", "p.yaml", "--dry-run"],
    ["init", "--from-host", "--root", text],
    ["init", "--from-host", "--settings", text],
    ["init", "--from-host", "--user", text],
    ["smoke", "--module", text, "--token-label", "a"],
    ["smoke", "--module", "/bin/true", "--token-label", "a", "--pin-file", text],
    [text],
    [`--${text}`],
    ["validate", `--profile=${text}`],
    ["apply", "p.yaml", "--timeout", text],
  ];
  const ways = [["--json"], ["--verbose"]];
  const said = await Promise.all(
    ways.map(async (way) => {
      const wrong: string[] = [];
      for (const words of runs(url)) {
        const { stdout, stderr } = await knetctl([...words, ...way], { cwd: folder });
        if ((stdout + stderr).includes(secret) || stdout + stderr === "")
          wrong.push(`${words.join(" ")}: ${stdout}${stderr}`);
      }
      return wrong;
    }),
  );
  t.strictSame(said.flat(), []);
});
