import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { isTooNew, neededVersions } from "../../scripts/package/old-glibc.mjs";
import { buildNative } from "../../scripts/package/native.mjs";
import { parseElf } from "../../src/formats/elf/elf.js";

const folder = mkdtempSync(join(tmpdir(), "knetctl-test-"));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});
const [program, simulator, work] = ["program", "program/simulator", "work"].map((name) => join(folder, name));
for (const made of [join(program!, "dist"), simulator!, work!]) mkdirSync(made, { recursive: true });
buildNative({ program: program!, simulator: simulator!, work: work! });
const built = {
  addon: join(program!, "dist/pkcs11.node"),
  module: join(simulator!, "built/libkNETPKCS11.so"),
  tokens: join(simulator!, "built/init-tokens"),
};
const launcher = join(program!, "knetctl");

t.test("what packages carry runs with glibc 2.28, read by our own reader of ELF files", (t) => {
  for (const [name, file] of Object.entries(built)) {
    const { versionNeeds } = parseElf(readFileSync(file), file);
    const versions = versionNeeds.map(({ version }) => version);
    t.ok(versions.includes("GLIBC_2.2.5"), `${name} names versions`);
    t.strictSame(versions.filter(isTooNew), [], name);
  }
  t.end();
});

t.test("2.28 is not too new, 2.29 and 2.34 are", (t) => {
  t.strictSame(
    ["GLIBC_2.2.5", "GLIBC_2.28", "GLIBC_2.29", "GLIBC_2.34", "GLIBC_3.0", "GLIBCXX_3.4.21"].map(isTooNew),
    [false, false, true, true, true, false],
  );
  t.end();
});

t.test("the addon needs no newer C++ library than Node 24 does", (t) => {
  const { versionNeeds } = parseElf(readFileSync(built.addon), built.addon);
  const patch = (version: string): number => Number(/^GLIBCXX_3\.4\.(\d+)$/.exec(version)?.[1] ?? 0);
  t.ok(Math.max(...versionNeeds.map(({ version }) => patch(version))) <= 21);
  t.end();
});

t.test("the module names no version of libcurl or Jansson, which distributions give different ones", (t) => {
  const { needed, versionNeeds } = parseElf(readFileSync(built.module), built.module);
  for (const library of ["libcurl.so.4", "libjansson.so.4"]) {
    t.ok(needed.includes(library));
    t.notOk(versionNeeds.some((one) => one.library === library));
  }
  t.ok(readFileSync(built.module).includes("kNET PKCS11 simulator @ARCHIVE_VERSION@"));
  t.ok(neededVersions(built.module).length > 0);
  t.end();
});

t.test("none of them names the folder that it was built in", (t) => {
  for (const file of [...Object.values(built), launcher])
    for (const place of [join(import.meta.dirname, "../.."), folder])
      t.notOk(readFileSync(file).includes(place), file);
  t.end();
});

const told =
  "const { env, execArgv, argv0, argv } = process;" +
  "console.log(JSON.stringify([env, execArgv, argv0, ...argv.slice(1)]));";
symlinkSync(process.execPath, join(program!, "node"));
writeFileSync(join(program!, "dist/knetctl.cjs"), told);

/** The environment that reaches node, its own options, its name, and its arguments. */
function started(file: string, args: readonly string[], env: Record<string, string>): unknown[] {
  const { stdout, stderr } = spawnSync(file, args, { env, encoding: "utf8" });
  t.equal(stderr, "", "neither node nor the dynamic loader complains");
  return JSON.parse(stdout) as unknown[];
}

t.test("nothing that changes node or its libraries comes through, and all else does", (t) => {
  const dropped = [
    ...[
      "NODE_OPTIONS",
      "NODE_PATH",
      "NODE_EXTRA_CA_CERTS",
      "NODE_V8_COVERAGE",
      "NODE_TLS_REJECT_UNAUTHORIZED",
    ],
    ...[
      "OPENSSL_CONF",
      "OPENSSL_MODULES",
      "SSL_CERT_FILE",
      "SSLKEYLOGFILE",
      "UV_THREADPOOL_SIZE",
      "ICU_DATA",
    ],
    ...[
      "LD_PRELOAD",
      "LD_LIBRARY_PATH",
      "LD_AUDIT",
      "GLIBC_TUNABLES",
      "GCONV_PATH",
      "MALLOC_ARENA_MAX",
      "TZDIR",
    ],
  ];
  const kept = [
    "PATH",
    "HOME",
    "TERM",
    "LANG",
    "NO_COLOR",
    "CREDENTIALS_DIRECTORY",
    "PIN",
    "NODE",
    "LDX",
    "SSL",
  ];
  const valued = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, "--no-such-thing"]));
  const [environment] = started(launcher, [], valued([...dropped, ...kept]));
  t.strictSame(environment, valued(kept));
  t.strictSame(started(launcher, [], valued(dropped))[0], {});
  t.end();
});

t.test("it finds node and the program beside itself, wherever it is, and passes on the arguments", (t) => {
  const moved = join(folder, "moved");
  renameSync(program!, moved);
  symlinkSync("moved/knetctl", join(folder, "link"));
  symlinkSync("link", join(folder, "knetctl"));
  const args = ["apply", "", "--a b", "-e", "--", "ü"];
  t.strictSame(started(join(folder, "knetctl"), args, {}), [
    {},
    ["--min-semi-space-size=4"],
    "knetctl",
    realpathSync(join(moved, "dist/knetctl.cjs")),
    ...args,
  ]);
  t.end();
});

t.test("where its node's loader is missing, as on musl, it says that glibc is needed, at once", (t) => {
  const elsewhere = join(folder, "musl");
  mkdirSync(elsewhere);
  copyFileSync(join(folder, "moved/knetctl"), join(elsewhere, "knetctl"));
  // the kernel looks for what a program names to load it, of whatever kind that is
  writeFileSync(join(elsewhere, "node"), "#!/lib64/no-such-loader.so.2\n", { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync(join(elsewhere, "knetctl"), ["plan"], { encoding: "utf8" });
  t.strictSame([status, stdout], [1, ""]);
  t.match(stderr, /^knetctl: \S+\/node needs glibc, [^]*module needs glibc too\n {2}hint: .*musl instead\n$/);
  t.end();
});

t.test("without its node it says what is missing", (t) => {
  const alone = join(folder, "alone");
  copyFileSync(join(folder, "moved/knetctl"), alone);
  const { status, stdout, stderr } = spawnSync(alone, ["--version"], { encoding: "utf8" });
  t.strictSame([status, stdout], [1, ""]);
  t.equal(stderr, `knetctl: ${realpathSync(folder)}/node: No such file or directory\n`);
  t.end();
});
