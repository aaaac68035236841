import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import t, { type Test } from "tap";
import { path } from "../../src/host/path.js";
import { loadProfile } from "../../src/profile/load-profile.js";
import { places } from "./problems-of.js";

const pair = join(import.meta.dirname, "../fixtures/profiles/pair.yaml");
const program = bundled();
const load = (t: Test, file: string) => loadProfile(file, path(t.testdirName));

t.test("a profile is found from the working folder, its paths from its own folder", async (t) => {
  t.testdir({ sub: {} });
  copyFileSync(pair, join(t.testdirName, "sub/p.yaml"));
  const { profile } = await load(t, "sub/p.yaml");
  t.equal(profile?.source, "sub/p.yaml");
  t.equal(profile?.module?.archive, join(t.testdirName, "sub/kNET-PKCS11-Linux-1.7.0.tar"));
});

t.test("what is no readable file is said as what it is, and never waited for", async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, "folder"));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  writeFileSync(join(folder, "empty"), "");
  closeSync(openSync(join(folder, "sparse"), "w"));
  truncateSync(join(folder, "sparse"), 2 ** 31);
  const shortFolder = mkdtempSync(join(tmpdir(), "knetctl-"));
  const socket = join(shortFolder, "socket");
  const server = createServer().listen(socket);
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    rmSync(shortFolder, { recursive: true });
  });
  t.same(places(await load(t, "missing")), ["profile-missing -:-"]);
  t.same(places(await load(t, "empty/below")), ["profile-missing -:-"]);
  t.same(places(await load(t, "")), ["profile-missing -:-"]);
  t.same(places(await load(t, "a\0b")), ["profile-missing -:-"]);
  t.same(places(await load(t, "folder")), ["profile-not-a-file -:-"]);
  t.same(places(await load(t, "fifo")), ["profile-not-a-file -:-"]);
  t.same(places(await load(t, socket)), ["profile-not-a-file -:-"]);
  t.same(places(await load(t, "/dev/zero")), ["profile-not-a-file -:-"]);
  t.same(places(await load(t, "sparse")), ["profile-too-large -:-"]);
  t.same(places(await load(t, "empty")), ["profile-empty -:-"]);
});

t.test("standard input is a profile whose paths start from the working folder", async (t) => {
  const cwd = t.testdir({ "load.cjs": await program });
  const run = (input: string | Buffer, name = "-") =>
    spawnSync(process.execPath, ["load.cjs", name], { input, cwd, encoding: "utf8" }).stdout;
  t.match(
    run("connections: { a: { ip: '::1', port: 1 } }\nusers: { u: { connection: a, pin: { file: x } } }\n"),
    join(cwd, "x"),
  );
  t.match(
    run(
      "connections: { a: { ip: '::1', port: 1 } }\nusers: { u: { connection: a, pin: { fd: 0 } } }\n",
      "/dev/stdin",
    ),
    "profile-pin-shared",
  );
  t.match(run(Buffer.alloc(6 * 1024 * 1024, "a")), "profile-too-large");
});

t.test(
  "a file that may not be read is told with its reason",
  { skip: process.getuid?.() !== 0 && "needs root to become somebody else" },
  async (t) => {
    const cwd = mkdtempSync(join(tmpdir(), "knetctl-"));
    t.teardown(() => {
      rmSync(cwd, { recursive: true });
    });
    chmodSync(cwd, 0o755);
    writeFileSync(join(cwd, "p.yaml"), "connections: {}\n", { mode: 0o600 });
    const { stdout } = spawnSync(process.execPath, ["-", "p.yaml"], {
      cwd,
      input: await program,
      encoding: "utf8",
      uid: 65534,
      gid: 65534,
    });
    t.match(stdout, /profile-unreadable.*EACCES/);
  },
);

/** A program that prints what loading gives, bundled as the command line is. */
async function bundled(): Promise<string> {
  const contents = `
    import { loadProfile } from "./src/profile/load-profile.js";
    loadProfile(process.argv[2], process.cwd()).then(({ profile, problems }) =>
      console.log(JSON.stringify({ problems, users: profile && [...profile.users.values()] })));`;
  const resolveDir = join(import.meta.dirname, "../..");
  const stdin = { contents, resolveDir, loader: "ts" } as const;
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
