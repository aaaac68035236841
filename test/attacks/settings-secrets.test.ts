import t from "tap";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../src/problem/secret.js";
import { changedFiles } from "../support/changed-files.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { markedPin } from "../support/marked-pin.js";
import { provisioning } from "../support/provisioning.js";
import { secretSearch } from "../support/secret-search.js";

await ensureSandbox(import.meta.filename);

const began = "/began";
writeFileSync(began, "");
const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

const [signer, stamper, wrong] = [markedPin(), markedPin("plain"), markedPin()];
const { count, ours, formsIn, silent, isOurs } = secretSearch(folder, [signer, stamper, wrong]);
for (const [index, pin] of [signer, stamper].entries()) {
  const user = cluster.users[index]!;
  Object.assign(user, { pin: new Secret(pin.text) });
  writeFileSync(`${folder}/${user.name}.pin`, pin.text, { mode: 0o600 });
  ours.add(`${folder}/${user.name}.pin`);
}

const loud = ["--verbose", "--json"];
const stores = `${folder}/stores.yaml`;
const settings = "/etc/amplia/appsettings.conf";
const runs = "/var/lib/knetctl/runs";
const script = join(import.meta.dirname, "../../dist/knetctl.cjs");

t.test(
  "43, 45, 47: a PIN that goes into the application's settings is in them, in root's own copies of " +
    "them, and nowhere else",
  async (t) => {
    writeFileSync(
      stores,
      `${readFileSync(profile, "utf8")}amplia: { version: "4.9.0" }\nkey_stores:\n  Ca: { type: ` +
        `Pkcs11, user: ca_signer }\n  Tsa: { type: Kryptus, user: tsa_signer }\n`,
    );
    for (const target of ["ini", "json", "env"])
      await silent(t, ["render", stores, "--target", target, ...loud]);
    await silent(t, ["plan", stores, ...loud], { exitCode: 2, says: /KeyStores:Ca:Pin: <set>/ });
    await silent(t, ["apply", stores, ...loud], {
      logsIn: true,
      setsPin: true,
      says: /"outcome": "applied"/,
    });
    await silent(t, ["plan", stores, "--verbose"]);
    writeFileSync(
      settings,
      readFileSync(settings, "utf8").replace(/^Pin=.*$/m, () => `Pin=${wrong.text}`),
    );
    await silent(t, ["verify", "--no-smoke-test", stores, ...loud], {
      exitCode: 2,
      says: /key-store-pin-differs/,
    });
    // the copy of the settings before holds the one, the settings the other
    await silent(t, ["apply", "--no-smoke-test", stores, "--verbose"], {
      setsPin: true,
      says: /KeyStores:Ca:Pin: <changed>/,
    });
    await silent(t, ["history", ...loud]);
    await silent(t, ["init", "--from-host", ...loud]);
    writeFileSync(settings, `${readFileSync(settings, "utf8")}Pin ${wrong.text.replace("=", "")}\n`);
    await silent(t, ["plan", stores, ...loud], { exitCode: 1, says: /settings-syntax/ });
    await silent(t, ["init", "--from-host", ...loud], { exitCode: 1, says: /settings-syntax/ });
    writeFileSync(settings, readFileSync(settings, "utf8").split("\n").slice(0, -2).join("\n") + "\n");
    await silent(t, ["plan", stores]);
    for (const [file, mode] of [
      [settings, 0o640],
      ...copies().map((copy) => [copy, 0o600] as const),
    ] as const) {
      t.equal(statSync(file).mode & 0o7777, mode, file);
      ours.add(file);
    }
    t.ok(copies().length > 0);
  },
);

t.test("43: a report has no PIN of the settings, nor one that somebody put on a wrong line", async (t) => {
  const before = readFileSync(settings, "utf8");
  const misplaced = ["Type", "UserId", "Pin", "Endpoint", "Host"].map((name) => `${name}=${wrong.text}`);
  const sections = ["KeyStores:Odd", "Other", "Logging:LogLevel"].map((name) => [`[${name}]`, ...misplaced]);
  writeFileSync(settings, [before, ...sections.flat(), ""].join("\n"));
  const config = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
  const kept = readFileSync(config, "utf8");
  const { users, ...rest } = JSON.parse(kept) as { users: Record<string, object> };
  const odd = { authentication_type: wrong.text, connection: wrong.text, password: wrong.text };
  writeFileSync(config, JSON.stringify({ ...rest, users: { ...users, odd }, [wrong.text]: wrong.text }));
  const bundle = `${folder}/report.tar.gz`;
  await silent(t, ["report", stores, "--out", bundle, "--yes"], { says: /settings\.json +\d/ });
  const unpacked = execFileSync("tar", ["--extract", "--gzip", "--to-stdout", "--file", bundle]);
  t.same(formsIn(unpacked), [], "unpacked");
  t.match(unpacked.toString(), /"key": "KeyStores:Odd:Pin",\s+"value": "<another value>"/);
  writeFileSync(settings, before);
  writeFileSync(config, kept);
});

t.test("43: what others have put into config.json is not shown by what shows how it changes", async (t) => {
  const config = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
  const kept = readFileSync(config, "utf8");
  const { connections, users } = JSON.parse(kept) as Record<"connections" | "users", Record<string, object>>;
  const more = { password: wrong.text, tokens: { [wrong.text]: [wrong.text] } };
  const old = { authentication_type: wrong.text, connection: "hsm_1", ...more };
  const changed = {
    connections,
    users: { ...users, old, ca_signer: { ...users["ca_signer"], ...more } },
    ...more,
  };
  writeFileSync(config, JSON.stringify(changed, undefined, 2));
  ours.add(config);
  await silent(t, ["plan", stores, ...loud], { exitCode: 2, says: /-.*password\\": <text>/ });
  await silent(t, ["plan", stores], { exitCode: 2, says: /-.*tokens": <object>/ });
  await silent(t, ["init", "--from-host", ...loud], { exitCode: 1, says: /client-config-authentication/ });
  // these write the file, and keep it, where only root reads it: what they say is looked at
  const run = (...args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    t.same(formsIn(Buffer.from(stdout + stderr)), [], args.join(" "));
    return stdout + stderr;
  };
  const applied = run("apply", "--no-smoke-test", stores, ...loud);
  t.match(applied, /"outcome": "applied"/);
  const [, name = ""] = /"run": "([^"]+)"/.exec(applied) ?? [];
  for (const flags of [[], loud]) t.match(run("history", name, ...flags), /password\\?": <text>/);
  t.match(run("rollback", "--yes", ...loud), /"outcome": "rolled-back"/);
  t.equal(readFileSync(config, "utf8"), JSON.stringify(changed, undefined, 2));
  writeFileSync(config, kept);
  for (const file of readdirSync(`${runs}/${name}`)) ours.add(`${runs}/${name}/${file}`);
});

/** What runs keep of the settings before: in folders of root's alone. */
function copies(): readonly string[] {
  return readdirSync(runs).flatMap((run) =>
    readdirSync(`${runs}/${run}`)
      .filter((name) => name.startsWith("before-"))
      .map((name) => `${runs}/${run}/${name}`),
  );
}

t.test("43: no other file on the whole machine holds it", (t) => {
  const found = changedFiles(began);
  t.same(
    found.filter((file) => existsSync(file) && !isOurs(file) && formsIn(readFileSync(file)).length > 0),
    [],
  );
  t.comment(`secret search: ${count.commands} commands that write or read key stores, ${found.length} files`);
  t.end();
});
