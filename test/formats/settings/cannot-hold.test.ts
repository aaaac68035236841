import t from "tap";
import { cannotHold, formsThatHold, readSettings } from "../../../src/formats/settings/read-settings.js";
import { cases } from "../../support/cases.js";
import { dotnetKey } from "../../support/dotnet-settings.js";
import fc from "../../support/fast-check.js";
import {
  applicationReads,
  isRead,
  keys,
  type LineFormName,
  values,
} from "../../support/settings-arbitraries.js";

const tries = cases(4000);
const key = "KeyStores:MyHsm:Pin";

/** The ways in which a form can say it. */
const ways: Readonly<Record<LineFormName, (key: string, value: string) => string[]>> = {
  ini: (key, value) => {
    const [section, name] = [
      key.slice(0, Math.max(0, key.lastIndexOf(":"))),
      key.slice(key.lastIndexOf(":") + 1),
    ];
    const header = key.includes(":") ? `[${section}]\n` : "";
    return [`${header}${name}=${value}\n`, `${header}${name}="${value}"\n`];
  },
  env: (key, value) => [`${key.replaceAll(":", "__")}=${value}\n`],
  systemd: (key, value) => [`${key.replaceAll(":", "__")}="${value.replace(/["\\`$]/g, "\\$&")}"\n`],
};

function isHeld(form: LineFormName, text: string, key: string, value: string): boolean {
  if (!isRead(form, text)) return false;
  const read = applicationReads[form](text);
  return read.size === 1 && read.get(dotnetKey(key)) === value;
}

/** What no form is given, although one or the other could hold it. */
const heldByNone = (key: string, value: string) =>
  /\0|[\uD800-\uDFFF]/u.test(key + value) || `:${key}:`.includes("::");

for (const form of ["ini", "env", "systemd"] as const) {
  t.test(`${form}: what is refused cannot be held, and what is not refused is`, async () => {
    await fc.assert(
      fc.asyncProperty(keys, values, async (key, value) => {
        const reading = await readSettings(form, "");
        if ("faults" in reading) return false;
        const edit = { set: new Map([[key, value]]), remove: new Set<string>() };
        if (cannotHold(form, key, value) === undefined) return isHeld(form, reading.edit(edit), key, value);
        const refused = throws(() => reading.edit(edit));
        return (
          refused &&
          (heldByNone(key, value) || !ways[form](key, value).some((text) => isHeld(form, text, key, value)))
        );
      }),
      { numRuns: tries },
    );
  });
}

function throws(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

t.test("a line break is held by systemd's form, and neither by ini nor by Docker's", (t) => {
  t.match(cannotHold("ini", key, "a\nb"), /line break/);
  t.match(cannotHold("env", key, "a\nb"), /line break/);
  t.equal(cannotHold("systemd", key, "a\nb"), undefined);
  t.ok(formsThatHold(key, "a\nb").includes("systemd"));
  t.end();
});

t.test("a NUL and half a surrogate pair are held by no form", (t) => {
  t.strictSame(formsThatHold(key, "a\0b"), []);
  t.strictSame(formsThatHold(key, "a\uD800b"), []);
  t.end();
});

t.test("Docker's buffer is the end of a line", (t) => {
  const room = 65535 - "KeyStores__MyHsm__Pin=\r".length;
  t.equal(cannotHold("env", key, "x".repeat(room)), undefined);
  t.match(cannotHold("env", key, "x".repeat(room + 1)), /64 KiB/);
  t.end();
});

t.test("no reason quotes the key or the value", (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom("ini", "env", "systemd"),
      fc.constantFrom("\n", " ", "#", "=", "\x01", "\0", "__"),
      (form, bad) => {
        const reason = cannotHold(form, `KeyStores:${bad}q7q`, `z9z${bad}`) ?? "";
        return !reason.includes("q7q") && !reason.includes("z9z");
      },
    ),
  );
  t.end();
});
