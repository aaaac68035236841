import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import t from "tap";
import { nodeHeaders } from "../../scripts/setup/node-headers.mjs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { softTokens, userPin } from "../support/soft-token.js";

await ensureSandbox(import.meta.filename);

const clone = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "knetctl-packed-"));
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing of this user's settings, and nothing of those that the tests run with; npm is beside node. */
const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder };
const run = promisify(execFile);

async function npm(...args: readonly string[]): Promise<string> {
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const { stdout } = await run("npm", [...args, ...quiet], { cwd: clone, env });
  return stdout.trim();
}

/** Without building: dist/ is what this run of the tests has built. */
async function packed(what: string): Promise<string> {
  const told = await npm("pack", what, "--ignore-scripts", `--pack-destination=${folder}`);
  return join(folder, told.split("\n").at(-1) ?? "");
}

/** As npm would have packed it; npm 9 would build it first, whatever it is told. */
async function repacked(name: string): Promise<string> {
  const file = join(folder, `${name}.tgz`);
  const built = ["build", "node_modules"].map((one) => `--exclude=${name}/${one}`);
  const moved = `--transform=s,^${name},package,`;
  await run("tar", ["-czf", file, "-C", join(clone, "node_modules"), ...built, moved, name], { env });
  return file;
}

/** The address of a registry on this machine, which has pkcs11js alone, as the clone has it. */
async function registry(tarball: string): Promise<string> {
  const content = readFileSync(tarball);
  const manifest = JSON.parse(readFileSync(join(clone, "node_modules/pkcs11js/package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const { name, version } = manifest;
  const server = createServer(({ url }, response) => {
    const dist = {
      tarball: `${address()}/${basename(tarball)}`,
      integrity: `sha512-${createHash("sha512").update(content).digest("base64")}`,
    };
    const document = {
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist } },
    };
    if (url === `/${name}`) response.end(JSON.stringify(document));
    else if (url === `/${basename(tarball)}`) response.end(content);
    else response.writeHead(404).end();
  });
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  return address();
}

t.test(
  "npm pack holds the program and the simulator's sources, and no caches, tests or scripts",
  async (t) => {
    const { stdout } = await run("tar", ["-tzf", await packed(".")], { env });
    const files = stdout
      .trim()
      .split("\n")
      .map((name) => name.replace(/^package\//, ""));
    for (const file of [
      "dist/knetctl.cjs",
      "dist/parts.json",
      "dist/notices/THIRD-PARTY-NOTICES.txt",
      "LICENSE",
    ])
      t.ok(files.includes(file), file);
    t.strictSame(
      files.filter(
        (file) =>
          !/^(dist\/|installers\/simulator\/|LICENSE$|README(\.pt-BR)?\.md$|package\.json$)/.test(file),
      ),
      [],
    );
    t.strictSame(
      files.filter((file) => /LEGAL|licen[cs]e|notices/i.test(file)).sort(),
      ["LICENSE", "dist/notices/THIRD-PARTY-NOTICES.txt"],
      "each licence once",
    );
    // compiled code is of use to the very Node that made it
    t.strictSame(
      files.filter((file) => file.endsWith(".cache") || file.includes("built-from")),
      [],
    );
  },
);

t.test("installed by npm for everyone, it answers, validates, and signs with its own addon", async (t) => {
  const prefix = join(folder, "prefix");
  const address = await registry(await repacked("pkcs11js"));
  await npm(
    "install",
    "--global",
    "--allow-scripts=pkcs11js",
    await packed("."),
    `--prefix=${prefix}`,
    `--registry=${address}`,
    `--cache=${folder}/cache`,
    ...[nodeHeaders()].flatMap((headers) => (headers === undefined ? [] : `--nodedir=${headers}`)),
  );
  const knetctl = (...args: readonly string[]) =>
    run(join(prefix, "bin/knetctl"), args, { env, cwd: folder });
  const { version } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as { version: string };
  t.equal((await knetctl("--version")).stdout, `${version}\n`);
  const profile = join(clone, "test/fixtures/profiles/pair.yaml");
  t.match((await knetctl("validate", profile)).stdout, /is valid: 1 connection, 2 endpoints, 2 users\n$/);

  const installed = join(prefix, "lib/node_modules/knetctl");
  const { addon, simulator } = JSON.parse((await knetctl("version", "--json")).stdout) as {
    addon: { path: string };
    simulator: string;
  };
  t.equal(addon.path, join(installed, "node_modules/pkcs11js/build/Release/pkcs11.node"));
  t.equal(simulator, join(installed, "installers/simulator"));

  const soft = softTokens("packed");
  t.teardown(() => {
    soft.remove();
  });
  writeFileSync(join(folder, "pin"), userPin, { mode: 0o600 });
  const setting = `SOFTHSM2_CONF=${soft.environment["SOFTHSM2_CONF"] ?? ""}`;
  const token = ["--module", soft.module, "--token-label", "packed", "--pin-file", "pin", "--env", setting];
  t.match(
    (await knetctl("smoke", ...token)).stdout,
    /verdict: token "packed": signed with a key made in the session/,
  );
});
