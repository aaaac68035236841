import { path } from "../../src/host/path.js";
import { parseProfile } from "../../src/profile/parse-profile.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import type { Profile } from "../../src/profile/types.js";
import fc from "./fast-check.js";

/** Names of users that mean something to a shell, YAML, a Containerfile, a unit file or a template. */
export const hostileNames = [
  "ca_signer",
  "it's",
  'a "quoted" one',
  "$(touch pwned)",
  "`touch pwned`",
  "; touch pwned; #",
  "$HOME ${HOME} $$",
  "$(HOME)",
  "%h %n",
  "back\\slash\\",
  "{{x}} {{{y}}}",
  "no",
  "123",
  "a: b",
  "- a",
  "# a",
  "&a",
  "*a",
  "!a",
  "| a",
  "@a",
  "%YAML 1.1",
  "--as=root",
  "<<END",
  "END",
  "x\u2028touch pwned",
  "x\u2029y",
  "m\ufeffark",
  "é Ção",
  "署名",
  "\u{1f511}",
  "\ufffe",
  "__proto__",
];

/** One to four of them, of which each is a user with a PIN in a file of that name. */
export const someHostiles: fc.Arbitrary<readonly string[]> = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom(...hostileNames),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }).filter(isName),
  ),
  { minLength: 1, maxLength: 4 },
);

function isName(text: string): boolean {
  return text.trim() === text && Buffer.byteLength(text) <= 32 && !/\p{Cc}/u.test(text);
}

/** A file named after the user, as far as a profile takes its path. */
export function pinFileOf(user: string): string {
  return `/run/secrets/${user
    .replaceAll("/", "_")
    .replace(/^\.+$/, "d")
    .replace(/\$(?=\{?[A-Za-z_])/g, "$ ")}`;
}

/** A profile with these users, which has been read and checked like any other; `more`: further keys. */
export async function hostileProfile(
  names: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Profile> {
  const users = names.map((name) => {
    const pin = JSON.stringify({ file: pinFileOf(name) });
    return `${JSON.stringify(name)}: { "connection": ${JSON.stringify(names[0])}, "pin": ${pin} }`;
  });
  const connection = `${JSON.stringify(names[0])}: { "ip": "10.0.0.1", "port": 60161 }`;
  const others = Object.entries(more).map(
    ([key, value]) => `, ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const text = `{ "connections": { ${connection} }, "users": { ${users.join(", ")} }${others.join("")} }`;
  const reading = await readProfile(Buffer.from(text), "p.json");
  if (!("document" in reading)) throw new Error(JSON.stringify(reading.problems));
  const { profile, problems } = parseProfile(reading.document, path("/etc/knetctl"));
  if (profile === undefined) throw new Error(JSON.stringify(problems));
  return profile;
}
