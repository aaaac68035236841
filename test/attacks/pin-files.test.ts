import t from "tap";
import { execFileSync, spawn } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { fixtureModules } from "../support/fixture-module.js";
import { markedPin } from "../support/marked-pin.js";
import { bytesOf, secretSearch } from "../support/secret-search.js";
import { traced, workerInput } from "../support/traced.js";

await ensureSandbox(import.meta.filename);

const script = join(import.meta.dirname, "../../dist/knetctl.cjs");
const folder = "/srv";
const [pin, other] = [markedPin(), markedPin()];
const { silent, pinFile: file, formsIn } = secretSearch(folder, [pin, other]);
const modules = fixtureModules();
const misbehaving = modules.module("misbehaving");
t.teardown(() => {
  modules.remove();
});

/** Somebody who is not root. */
const stranger = 61_234;

const shell = (script: string): void => {
  execFileSync("/bin/sh", ["-euc", script], { cwd: folder });
};
const run = (path: string): readonly string[] => [
  "smoke",
  "--module",
  misbehaving,
  "--token-label",
  "fixture",
  "--at-least",
  "logged-in",
  "--pin-file",
  path,
];

shell(`
  mkdir -m 755 theirs closed; mkdir -m 777 open; mkdir -m 1777 sticky; chown ${stranger} theirs
  ln -s /srv/closed/secret theirs/link; ln -s /srv/closed/secret sticky/link; chown -h ${stranger} sticky/link
  ln -s /srv/theirs closed/through; ln -s secret closed/good; ln -s turn closed/turn
  ln -s /srv/closed sticky/..data; ln -s ..data/secret sticky/secret
  mkfifo -m 600 closed/fifo; mkdir -m 700 closed/folder; truncate -s 3G closed/huge; chmod 600 closed/huge`);
const secret = file("closed/secret", pin.text);
shell("ln closed/secret sticky/hard; ln -s /srv/open/own closed/open");
chownSync(file("closed/foreign", pin.text), stranger, 0);

const refused: readonly (readonly [what: string, path: string, code: string])[] = [
  ["everybody may read", file("closed/all", pin.text, 0o644), "pin-file-exposed"],
  ["everybody may write", file("closed/write", pin.text, 0o602), "pin-file-exposed"],
  ["belongs to somebody else", "/srv/closed/foreign", "pin-file-foreign"],
  ["is a FIFO", "/srv/closed/fifo", "pin-file-not-regular"],
  ["is a folder", "/srv/closed/folder", "pin-file-not-regular"],
  ["is a device", "/dev/zero", "pin-file-not-regular"],
  ["is not there", "/srv/closed/none", "pin-file-missing"],
  ["lies below a file", "/srv/closed/secret/below", "pin-file-missing"],
  ["is a link in somebody else's folder", "/srv/theirs/link", "pin-file-untrusted"],
  ["is root's file in somebody else's folder", file("theirs/own", pin.text), "pin-file-untrusted"],
  ["is reached through somebody else's folder", "/srv/closed/through/link", "pin-file-untrusted"],
  ["lies in a folder that everybody can write in", file("open/own", pin.text), "pin-file-untrusted"],
  ["is a link to one that does", "/srv/closed/open", "pin-file-untrusted"],
  ["has a second name that somebody else may have made", "/srv/sticky/hard", "pin-file-untrusted"],
  ["is somebody else's link", "/srv/sticky/link", "pin-file-untrusted"],
  ["is a link to itself", "/srv/closed/turn", "pin-file-untrusted"],
  ["is huge", "/srv/closed/huge", "pin-too-long"],
  ["is long", file("closed/long", pin.text.repeat(200)), "pin-too-long"],
  ["is empty", file("closed/empty", "\n"), "pin-empty"],
  ["holds a NUL", file("closed/nul", `${pin.text}\0`), "pin-nul"],
  [
    "is not UTF-8",
    file("closed/latin", Buffer.concat([Buffer.from(pin.text), Buffer.from([0xff])])),
    "pin-not-utf8",
  ],
];

for (const [what, path, code] of refused) {
  t.test(`48: a PIN file that ${what} is refused, and nothing in it is quoted`, async (t) => {
    await silent(t, [...run(path), "--verbose", "--json"], {
      exitCode: 1,
      says: new RegExp(`"code": "${code}"`),
    });
  });
}

for (const path of [secret, "/srv/closed/good", "/srv/sticky/secret"]) {
  t.test(
    `48: root's own file is read, also by root's links, as Kubernetes makes them: ${path}`,
    async (t) => {
      await silent(t, run(path), { logsIn: true });
    },
  );
}

t.test("48: a group, or an access control list, that may read it is a warning", async (t) => {
  await silent(t, run(file("closed/group", pin.text, 0o640)), {
    logsIn: true,
    says: /pin-file-group-readable/,
  });
});

t.test(
  "48: a PIN file swapped for a link to another secret while it is read hands over no other secret",
  async (t) => {
    file("closed/other", other.text);
    file("sticky/pin", pin.text);
    shell(`ln -s /srv/closed/other sticky/swapped; chown -h ${stranger} sticky/swapped`);
    const swap = "while :; do mv -T swapped t; mv -T pin swapped; mv -T t pin; done";
    const swapper = spawn("/bin/sh", ["-c", swap], { stdio: "ignore", cwd: "/srv/sticky" });
    const seen = new Map<string, number>();
    for (let turn = 0; turn < 25; turn++) {
      const { stdout, calls } = await traced(
        [process.execPath, script, ...run("/srv/sticky/pin"), "--json"],
        { trace: "/srv/trace" },
      );
      const outcome = /"code": "([a-z-]+)"/.exec(stdout.toString())?.[1] ?? "read";
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      t.same(
        [...workerInput(calls)].filter((call) => other.formsIn(bytesOf(call)).length > 0),
        [],
        "never what the link leads to",
      );
      t.same(formsIn(stdout), []);
    }
    swapper.kill("SIGKILL");
    t.comment(`swapped while reading: ${JSON.stringify(Object.fromEntries(seen))}`);
  },
);
