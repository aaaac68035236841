import t from "tap";
import { readFileSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { openStage } from "../../../src/host/stage/stage.js";
import type { WalledResult } from "../../../src/host/stage/wall.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { scratch } from "../../support/scratch.js";

await ensureSandbox(import.meta.filename);

const stage = await openStage(realHost(path("/")));
t.teardown(() => stage.close());

type More = Partial<Parameters<typeof stage.runWalled>[0]>;

function walled(script: string, more: More = {}): Promise<WalledResult> {
  return stage.runWalled({ program: "sh", args: ["-c", script], timeoutMs: 20_000, network: false, ...more });
}

t.test("a program's words, folder, input, environment and exit code pass through the wall", async (t) => {
  const result = await stage.runWalled({
    program: "sh",
    args: ["-c", 'printf "%s|" "$@" "$PWD" "$HOME"; cat; echo said >&2; exit 7', "sh", "a b", "", "'"],
    cwd: path("/etc"),
    env: { HOME: "/root" },
    input: "in",
    timeoutMs: 20_000,
    network: false,
  });
  t.match(result, {
    exitCode: 7,
    stdout: "a b||'|/etc|/root|in",
    stderr: "said\n",
    timedOut: false,
    left: [],
  });
});

t.test("what it writes is in the stage, with owners, rights and capabilities as it set them", async (t) => {
  const { stderr, exitCode } = await walled(
    `echo x >/opt/kn-made; chown 7:8 /opt/kn-made; chmod 4755 /opt/kn-made; mkdir /srv/kn-folder
     useradd --system --create-home --home-dir /srv/kn-home kn-made; ldconfig`,
  );
  t.match({ stderr, exitCode }, { stderr: "", exitCode: 0 });
  t.match(stage.host.files().entry(path("/opt/kn-made")), { uid: 7, gid: 8, mode: 0o4755 });
  t.ok(stage.host.accounts.user("kn-made"), "an account that it made");
  const upper = stage.layers[0]?.upper ?? "";
  t.same(readdirSync(`${upper}/opt`), ["kn-made"]);
  t.equal(realHost(path("/")).files().entry(path("/opt/kn-made")), undefined);
});

t.test("a folder of this machine is shown to it as a copy", async (t) => {
  const { folder, file } = scratch(t);
  file("install.sh", "pwd; echo new >file; cat file\n");
  file("file", "old\n");
  const result = await walled("sh ./install.sh", {
    cwd: path("/run/archive"),
    shows: { folder, at: path("/run/archive") },
  });
  t.match(result, { stdout: "/run/archive\nnew\n", exitCode: 0 });
  t.equal(readFileSync(`${folder}/file`, "utf8"), "old\n");
});

t.test("the copy has the modes, times and links of the folder, whatever the umask", async (t) => {
  const { folder, file, mkdir } = scratch(t);
  mkdir("lib/open", { mode: 0o2775 });
  utimesSync(file("lib/open/module.so", "x", { mode: 0o4751 }), 1, 2);
  symlinkSync("open/../../gone", `${folder}/lib/link`);
  const before = process.umask(0o077);
  t.teardown(() => process.umask(before));
  const { stdout } = await walled(
    "stat -c '%n %a %F %Y' lib lib/open lib/open/module.so; readlink lib/link",
    {
      cwd: path("/run/archive"),
      shows: { folder, at: path("/run/archive") },
    },
  );
  t.match(stdout, /^lib 755 directory .*\nlib\/open 2775 directory .*\nlib\/open\/module.so 4751 .* 2\n/);
  t.match(stdout, /\nopen\/..\/..\/gone\n$/);
});

t.test("what it leaves running is named and ended, what is just ending is not", async (t) => {
  const { left } = await walled("sleep 1000 & setsid sleep 1000 & sleep 0.05 &");
  t.strictSame(
    left.map(({ name }) => name),
    ["sleep", "sleep"],
  );
  t.strictSame((await walled("true")).left, []);
});

t.test("at the time-out and at an abort everything ends", async (t) => {
  const late = await walled("setsid sleep 1000 & trap '' TERM; sleep 1000", { timeoutMs: 700 });
  t.match(late, { timedOut: true, exitCode: null, signal: "SIGKILL" });
  const stop = new AbortController();
  setTimeout(() => {
    stop.abort();
  }, 500);
  const stopped = await walled("echo begun; sleep 1000", { signal: stop.signal });
  t.match(stopped, { timedOut: false, exitCode: null, signal: "SIGKILL" });
  t.equal((await walled("echo /proc/[0-9]*")).stdout.split(" ").length, 2, "it and the first process");
});

t.test("a program that is not there is said before anything is run", async (t) => {
  await t.rejects(stage.runWalled({ program: "kn-none", args: [], timeoutMs: 1000, network: false }), {
    code: "host-command-missing",
  });
});

t.test("there is no network, unless it is asked for", async (t) => {
  const links = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort";
  const own = readFileSync("/proc/net/dev", "utf8").trimEnd().split("\n").slice(2);
  t.equal((await walled(links)).stdout, "lo\n");
  t.equal((await walled(links, { network: true })).stdout.trim().split("\n").length, own.length);
});
