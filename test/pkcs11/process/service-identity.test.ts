import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { smokeTest } from "../../../src/pkcs11/test-token.js";
import { Secret } from "../../../src/problem/secret.js";
import { bundle } from "../../support/bundle.js";
import { buildWorker } from "../../support/build-worker.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { fixtureModules } from "../../support/fixture-module.js";
import { knetctlScript } from "../../support/knetctl.js";
import { softTokens, userPin } from "../../support/soft-token.js";

await ensureSandbox(import.meta.filename);

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: "pipe" }).trim();
run("/usr/sbin/groupadd", "smoke-extra");
run(
  "/usr/sbin/useradd",
  "--system",
  "--user-group",
  "--groups",
  "smoke-extra",
  "--home-dir",
  "/srv/smoke home",
  "--no-create-home",
  "smoke-svc",
);

const id = (...args: readonly string[]): number => Number(run("id", ...args));
const identity = {
  user: "smoke-svc",
  uid: id("-u", "smoke-svc"),
  gid: id("-g", "smoke-svc"),
  home: "/srv/smoke home",
};
const worker = await buildWorker();
const modules = fixtureModules();
const soft = softTokens("service");

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

test("the module runs as the service user and nothing else, in a clean environment", async (t) => {
  const folder = join(modules.folder, "theirs");
  mkdirSync(folder);
  run("chown", "smoke-svc", folder);
  process.env["KNETCTL_LEAK_CANARY"] = "leaked";
  const pin = "pin-canary-99";
  const environment = { FIXTURE_WHO: join(folder, "who") };
  const report = await smokeTest({
    module: modules.module("who"),
    token: { only: true },
    pin: new Secret(pin),
    identity,
    environment,
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
  });
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  const who = readFileSync(join(folder, "who"), "utf8");
  const { uid, gid } = identity;
  const extra = Number(run("getent", "group", "smoke-extra").split(":")[2]);
  t.match(who, new RegExp(`^uid ${uid} ${uid} gid ${gid} ${gid}$`, "m"));
  t.match(
    who,
    new RegExp(`^groups (${gid} ${extra}|${extra} ${gid})$`, "m"),
    "its supplementary groups, and none of root's",
  );
  t.match(who, /^folder \/$/m);
  t.match(who, /^umask 022$/m, "systemd's, whatever the caller's");
  t.match(who, /^core 1$/m, "no core file, and no core handler");
  t.match(who, /^session 1$/m);
  const variables = who
    .split("\n")
    .flatMap((line) =>
      line.startsWith("env ") ? [line.slice(4).replace(/^(KNETCTL_MARK=)[0-9a-f]{24}$/, "$1random")] : [],
    )
    .sort();
  t.strictSame(variables, [
    "HOME=/srv/smoke home",
    "KNETCTL_MARK=random",
    "LANG=C.UTF-8",
    "LD_BIND_NOW=1",
    "LOGNAME=smoke-svc",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "USER=smoke-svc",
  ]);
});

test("no descriptor, key, right or limit of whoever started knetctl reaches the module", async (t) => {
  const folder = join(modules.folder, "reach");
  mkdirSync(folder);
  run("chown", "smoke-svc", folder);
  const secret = join(folder, "secret");
  writeFileSync(secret, "secret", { mode: 0o600 });
  const command = [
    process.execPath,
    knetctlScript,
    "smoke",
    "--as",
    "smoke-svc",
    "--module",
    modules.module("reach"),
    "--pin-file",
    "/dev/fd/30",
    "--at-least",
    "logged-in",
    "--env",
    `FIXTURE_WHO=${folder}/who`,
  ];
  const opened =
    'exec 7<"$0" 16<"$0" 21<"$0" 40<"$0" 100<"$0" 200<>"$0.lock" 300<"$0" 1500<"$0" 30<<<pin; ulimit -Sn ' +
    '2000; umask 0; exec "$@"';
  execFileSync(modules.program("with-key"), ["/bin/bash", "-c", opened, secret, ...command], {
    stdio: "pipe",
  });
  const who = readFileSync(join(folder, "who"), "utf8");
  const descriptors = who.split("\n").flatMap((line) => (/^descriptor /.test(line) ? [line.split(" ")] : []));
  t.strictSame(
    descriptors.filter(([, , target = ""]) => target.includes(secret)),
    [],
  );
  t.strictSame(
    descriptors.filter(([, number]) => Number(number) >= 40),
    [],
    "closed, not only led elsewhere",
  );
  t.match(who, /^key none$/m);
  t.match(who, /^NoNewPrivs:\s1$/m);
  for (const set of ["Inh", "Prm", "Eff", "Bnd", "Amb"])
    t.match(who, new RegExp(`^Cap${set}:\\s0{16}$`, "m"));
  const most = Number(/^Max open files +\S+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
  t.match(who, new RegExp(`^files ${Math.min(524_288, most)}$`, "m"), "as many as systemd gives a service");
  t.match(who, /^umask 022$/m);
});

test("what the variables for the module have the loader load is never loaded as root", async (t) => {
  const folder = join(modules.folder, "preloaded");
  mkdirSync(folder, { mode: 0o777 });
  run("chmod", "0777", folder);
  const source = join(modules.folder, "preloaded.c");
  writeFileSync(
    source,
    `#include <fcntl.h>
    #include <stdio.h>
    #include <unistd.h>
    __attribute__((constructor)) static void load(void) {
      int fd = open("${folder}/who", O_WRONLY | O_CREAT | O_APPEND, 0666);
      dprintf(fd, "%d\\n", geteuid());
      close(fd);
    }`,
  );
  run("gcc", "-shared", "-fPIC", "-o", join(folder, "preloaded.so"), source);
  const report = await smokeTest({
    module: modules.module("plain"),
    token: { only: true },
    pin: undefined,
    identity,
    environment: { LD_PRELOAD: join(folder, "preloaded.so") },
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
  });
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  t.strictSame(
    [...new Set(readFileSync(join(folder, "who"), "utf8").trim().split("\n"))],
    [String(identity.uid)],
  );
});

test("a token that only the service user can read passes as that user, and not as another", async (t) => {
  run("chown", "-R", "smoke-svc:", join(soft.folder, "tokens"));
  run("chmod", "-R", "go=", join(soft.folder, "tokens"));
  const request = {
    module: soft.module,
    token: { label: "service" },
    pin: new Secret(userPin),
    environment: soft.environment,
    workerPath: worker.path,
    proof: { atLeast: "logged-in" as const },
  };
  const report = await smokeTest({ ...request, identity });
  t.strictSame(
    report.checks.filter(({ status }) => status !== "pass" && status !== "info"),
    [],
  );
  const nobody = { user: "nobody", uid: id("-u", "nobody"), gid: id("-g", "nobody"), home: "/nonexistent" };
  const refused = await smokeTest({ ...request, identity: nobody });
  t.match(
    refused.checks.find(({ status }) => status === "fail"),
    { id: /initialize|slots|token/ },
  );
});

test(
  "what the service user cannot reach is not called missing: the folder, the file or the way to its " +
    "home is named",
  async (t) => {
    const smoke = async (module: string, as = identity) =>
      (
        await smokeTest({
          module,
          token: { only: true },
          pin: undefined,
          identity: as,
          environment: soft.environment,
          workerPath: worker.path,
          proof: { atLeast: "logged-in" },
        })
      ).checks.find(({ status }) => status === "fail");
    const own = modules.module("closed");
    const place = (folder: string, mode: string, file = "0755"): string => {
      run("mkdir", "-p", folder);
      run("install", "-m", file, own, join(folder, "libclosed.so"));
      run("chmod", mode, folder);
      return join(folder, "libclosed.so");
    };
    t.match(await smoke(place("/root/below", "0755")), {
      id: "load",
      detail: /cannot reach \/root\/below\/libclosed\.so: \/root \(mode 0700\)/,
    });
    t.match(await smoke(place("/opt/open", "0755", "0700")), {
      id: "load",
      detail: /cannot reach .*: \/opt\/open\/libclosed\.so \(mode 0700\)/,
    });
    place("/usr/local/lib/closed", "0700");
    writeFileSync("/etc/ld.so.conf.d/closed.conf", "/usr/local/lib/closed\n");
    run("/sbin/ldconfig");
    const bare = await smoke("libclosed.so");
    t.match(bare, {
      id: "load",
      detail: /cannot reach libclosed\.so: \/usr\/local\/lib\/closed \(mode 0700\)/,
    });
    t.notMatch(bare?.hint, /ldconfig/);
    run("mkdir", "-p", "/srv/closed/home");
    run("chmod", "0700", "/srv/closed");
    const home = await smoke(modules.module("homeless"), { ...identity, home: "/srv/closed/home" });
    t.equal(home, undefined, "a module that does not ask for its home works");
    const asking = await smokeTest({
      module: modules.module("homeless"),
      token: { only: true },
      pin: undefined,
      identity: { ...identity, home: "/srv/closed/home" },
      environment: { FIXTURE_AT: "C_Initialize", FIXTURE_ACTION: "return" },
      workerPath: worker.path,
      proof: { atLeast: "logged-in" },
    });
    t.match(
      asking.checks.find(({ status }) => status === "fail"),
      { id: "initialize", hint: /cannot reach its home \/srv\/closed\/home: \/srv\/closed \(mode 0700\)/ },
    );
  },
);

test("without root another identity is refused before anything is started", async (t) => {
  const request = {
    module: soft.module,
    token: { label: "service" },
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
    identity: { ...identity, uid: identity.uid + 1 },
  };
  const program = bundle(`
    import { smokeTest } from "../../src/pkcs11/test-token.js";
    smokeTest({ ...${JSON.stringify(request)}, pin: undefined }).catch(({ code }) => { console.log(code); });
  `);
  const { uid, gid } = identity;
  t.equal(
    // as an argument it would be longer than execve(2) takes
    execFileSync(process.execPath, ["--input-type=module", "-"], {
      input: program,
      uid,
      gid,
      encoding: "utf8",
    }).trim(),
    "smoke-as-needs-root",
  );
});

test("a process that does not begin within the time-out is the time-out's fault", async (t) => {
  const request = { module: modules.module("plain"), token: { only: true }, pin: undefined } as const;
  await t.rejects(smokeTest({ ...request, identity, workerPath: worker.path, timeoutMs: 1 }), {
    code: "smoke-timeout",
    message: "the smoke test's process did not begin within the time-out",
  });
});
