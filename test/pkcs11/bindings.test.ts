import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import t, { test } from "tap";
import type { Entrance } from "../../src/host/host.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { nodeOptions } from "../../src/pkcs11/process/worker-command.js";
import type { TokenReport } from "../../src/pkcs11/report.js";
import { Secret } from "../../src/problem/secret.js";
import { buildWorker } from "../support/build-worker.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { cryptokiPin, openCryptoki } from "../support/open-cryptoki.js";
import { softTokens, userPin } from "../support/soft-token.js";

await ensureSandbox(import.meta.filename);
const worker = await buildWorker();
const soft = softTokens("bound");
const folder = mkdtempSync(join(tmpdir(), "bindings-"));
const proxy = onlySoftHsmBelowProxy();

t.teardown(() => {
  worker.remove();
  soft.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Of this machine's modules, p11-kit is left with SoftHSM. */
function onlySoftHsmBelowProxy(): string {
  for (const name of readdirSync("/usr/share/p11-kit/modules")) rmSync(`/usr/share/p11-kit/modules/${name}`);
  writeFileSync("/usr/share/p11-kit/modules/softhsm2.module", `module: ${soft.module}\n`);
  const found = readdirSync("/usr/lib")
    .map((name) => `/usr/lib/${name}/p11-kit-proxy.so`)
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("p11-kit's proxy is missing: apt-get install p11-kit-modules");
  return found;
}

interface Scene {
  readonly module: string;
  readonly label: string;
  readonly pin: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What each library took from where: `libsofthsm2.so EVP_DigestInit` → `/usr/lib/…/libcrypto.so.3`. */
type Providers = ReadonlyMap<string, string>;

/** The program and what it is linked with: these are bound before any module is there. */
const programs =
  /^(?:6|node|pkcs11-tool|5)$|^(?:ld-linux|libc|libm|libdl|libpthread|libstdc\+\+|libgcc_s)[.-]/;

/** Of the last process that wrote to files of this name: the one that logged in. */
function providersIn(name: string): Providers {
  const text = readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("");
  for (const file of readdirSync(folder)) if (file.startsWith(`${name}.`)) rmSync(join(folder, file));
  const lines = text.split("\n").filter((line) => /^ *\d+:\t/.test(line));
  const last = lines.reduce((most, line) => Math.max(most, Number.parseInt(line)), 0);
  const found = new Map<string, string>();
  for (const line of lines.filter((line) => Number.parseInt(line) === last)) {
    const [, library = "", provider = "", symbol = ""] =
      /binding file (\S+) \[\d+\] to (\S+) \[\d+\]: \w+ symbol `([^']+)'/.exec(line) ?? [];
    if (library === "" || programs.test(basename(library))) continue;
    found.set(`${basename(realPath(library))} ${symbol}`, realPath(provider));
  }
  return found;
}

function realPath(path: string): string {
  return path.startsWith("/proc/") || !existsSync(path) ? path : realpathSync(path);
}

const debugged = (name: string): Readonly<Record<string, string>> => ({
  LD_DEBUG: "bindings",
  LD_DEBUG_OUTPUT: join(folder, name),
});

/** The worker's standard error, where the loader's lines are, is copied to a file. */
const copied: Entrance = {
  words: ["/bin/bash", "-c", 'exec "$@" 2> >(tee -a "$0" >&2)', join(folder, "ours.0")],
  groupsOf: () => [],
};

async function ours(scene: Scene): Promise<Providers> {
  const report = await smoke(
    { ...scene, environment: { ...scene.environment, LD_DEBUG: "files,bindings" } },
    copied,
  );
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail" || status === "warn"),
    [],
  );
  return providersIn("ours");
}

function smoke({ module, label, pin, environment = {} }: Scene, enter?: Entrance): Promise<TokenReport> {
  const token = { token: { label }, pin: new Secret(pin) };
  return smokeTest({ module, ...token, environment, ...(enter && { enter }), workerPath: worker.path });
}

function tool({ module, label, pin, environment }: Scene, ...args: readonly string[]): void {
  execFileSync(
    "pkcs11-tool",
    ["--module", module, "--token-label", label, "--login", "--pin", pin, ...args],
    {
      env: { PATH: "/usr/bin", LD_BIND_NOW: "1", ...environment },
      stdio: "pipe",
    },
  );
}

function theirs(scene: Scene): Providers {
  tool({ ...scene, environment: { ...scene.environment, ...debugged("theirs") } }, "--list-objects");
  return providersIn("theirs");
}

function counts(providers: Providers, library: string): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const [taker, provider] of providers)
    if (taker.startsWith(`${library} `)) counted[basename(provider)] = (counted[basename(provider)] ?? 0) + 1;
  return counted;
}

/**
 * What symbols come from elsewhere, of libraries in both processes. What the application's program has copied
 * (`stderr`) is left out, and the C library's functions that are reached over node's table of jumps; so is
 * what the format wants to be one in the whole process, however it is loaded (STB_GNU_UNIQUE, as C++'s inline
 * variables are).
 */
function different(one: Providers, other: Providers): readonly string[] {
  return [...one].flatMap(([taker, provider]) => {
    const expected = other.get(taker);
    if (expected === undefined || basename(expected) === "pkcs11-tool" || expected === provider) return [];
    if (provider.endsWith("/fd/6") && basename(expected) === "libc.so.6") return [];
    const [, symbol = ""] = taker.split(" ");
    if ([provider, expected].every((library) => isUnique(symbol, library))) return [];
    return [`${taker}: ${provider} and not ${expected}`];
  });
}

function isUnique(symbol: string, library: string): boolean {
  if (library.startsWith("/proc/")) return false;
  const table = execFileSync("nm", ["-D", "--defined-only", library], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return table.split("\n").some((line) => / u /.test(line) && line.split(/[ @]/)[2] === symbol);
}

const scenes: readonly (readonly [string, string, () => Scene])[] = [
  [
    "SoftHSM",
    "libsofthsm2.so",
    () => ({ module: soft.module, label: "bound", pin: userPin, environment: soft.environment }),
  ],
  [
    "SoftHSM below p11-kit's proxy",
    "libsofthsm2.so",
    () => ({ module: proxy, label: "bound", pin: userPin, environment: soft.environment }),
  ],
  [
    "openCryptoki's token",
    "libpkcs11_sw.so",
    () => ({ module: openCryptoki("bound"), label: "bound", pin: cryptokiPin }),
  ],
];

for (const [name, library, scene] of scenes)
  test(`${name} gets from the libraries what it gets in an application`, async (t) => {
    const prepared = scene();
    const application = theirs(prepared);
    const worker = await ours(prepared);
    const taker = [...application.keys()].find((key) => key.startsWith(library))?.split(" ")[0] ?? library;
    t.strictSame(different(worker, application), []);
    t.strictSame(
      counts(worker, taker)["libcrypto.so.3"],
      counts(application, taker)["libcrypto.so.3"],
      `${taker}: ${JSON.stringify(counts(worker, taker))}`,
    );
    t.ok(counts(worker, taker)["libcrypto.so.3"], "and it uses OpenSSL");
    t.strictSame(counts(worker, taker)["6"], undefined, "none from node");
  });

test("what openssl.cnf forbids the application, it forbids the test, below a proxy too", async (t) => {
  const restricted = join(folder, "openssl.cnf");
  writeFileSync(
    restricted,
    "openssl_conf = init\n[init]\nproviders = providers\n[providers]\nbase = base\n[base]\nactivate = 1\n",
  );
  chmodSync(restricted, 0o644);
  const scene = {
    module: proxy,
    label: "bound",
    pin: userPin,
    environment: { ...soft.environment, OPENSSL_CONF: restricted },
  };
  t.throws(() => {
    tool(scene, "--keypairgen", "--key-type", "rsa:2048", "--label", "restricted");
  });
  if (nodeOptions.length > 0) {
    // node shares the module's OpenSSL, and can as little do without random numbers
    await t.rejects(smoke(scene), {
      code: "smoke-worker-failed",
      message: /OpenSSL cannot be used as it is/,
    });
    return;
  }
  const report = await smoke(scene);
  t.ok(
    report.checks.some(({ status }) => status === "fail"),
    JSON.stringify(report.checks.map(({ id, status }) => `${id} ${status}`)),
  );
});
