import t from "tap";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { provisioning } from "../support/provisioning.js";
import { traced } from "../support/traced.js";

await ensureSandbox(import.meta.filename);

const node = process.execPath;
const script = join(import.meta.dirname, "../../dist/knetctl.cjs");
const { profile, cluster, folder } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

const marks = "/srv/marks";
const evil = "/srv/evil";
for (const made of [marks, evil, "/srv/open"]) mkdirSync(made);
for (const open of [marks, "/srv/open"]) chmodSync(open, 0o777);
symlinkSync("/srv/open", "/srv/link");

/** Programs that the name of each helper finds first, and that leave a mark. */
const planted = [
  "sh",
  "bash",
  "node",
  "env",
  "getent",
  "flock",
  "ldconfig",
  "setpriv",
  "prlimit",
  "useradd",
  "groupadd",
  "usermod",
  "userdel",
  "chroot",
  "xz",
  "gzip",
  "tar",
  "cp",
  "strace",
];
for (const name of planted)
  writeFileSync(`${evil}/${name}`, `#!/bin/sh\necho ${name} >> ${marks}/planted\nexit 1\n`, { mode: 0o755 });
writeFileSync(
  `${evil}/required.cjs`,
  `require("fs").appendFileSync("${marks}/required", process.argv.join(" ") + "\\n");\n`,
);
writeFileSync(`${evil}/shell`, `echo sourced >> ${marks}/shell\n`);
writeFileSync(
  `${evil}/openssl.cnf`,
  `openssl_conf = x\nnodejs_conf = x\n[x]\nproviders = p\n[p]\nevil = e\n[e]\nmodule = ` +
    `${evil}/preload.so\nactivate = 1\n`,
);
execFileSync("gcc", ["-shared", "-fPIC", "-x", "c", "-", "-o", `${evil}/preload.so`], {
  input: `
  #include <stdio.h>
  #include <unistd.h>
  __attribute__((constructor)) static void mark(void) {
    FILE *f = fopen("${marks}/preloaded", "a");
    if (f) { fprintf(f, "%d\\n", getpid()); fclose(f); }
  }`,
});
for (const name of ["yargs", "ajv", "tar", "execa", "pkcs11js"]) {
  mkdirSync(`${evil}/node_modules/${name}`, { recursive: true });
  writeFileSync(`${evil}/node_modules/${name}/index.js`, `require("${evil}/required.cjs");\n`);
}

function marked(): readonly string[] {
  return readdirSync(marks);
}

/** What apply makes, with rights, owners and contents; and nothing of when it was made. */
function picture(): string {
  return execFileSync(
    "/bin/sh",
    [
      "-euc",
      `
    paths="/var/amplia /usr/local/lib/kryptus /opt/kryptus /etc/ld.so.conf.d /var/lib/knetctl"
    paths="$paths /etc/passwd /etc/group /etc/shadow /etc/gshadow"
    find $paths -printf '%p %y %m %U %G %l\\n' | sed -E 's/[0-9]{8}T[0-9]{6}Z-[0-9a-f]+/RUN/' | sort -u
    find $paths -path /var/lib/knetctl -prune -o -type f ! -name '*shadow' -exec sha256sum {} + | sort
    ldconfig -p | grep -i knet`,
    ],
    { encoding: "utf8" },
  );
}

/** Makes apply necessary again; with `module`, its whole work, the installer's and the journal's part too. */
function undone(module = false): void {
  const installed =
    "rm -rf /usr/local/lib/kryptus /opt/kryptus /var/lib/knetctl /etc/ld.so.conf.d/knet-pkcs11.conf; " +
    "ldconfig";
  const script =
    "userdel amplia 2>/dev/null || true; groupdel amplia 2>/dev/null || true; rm -rf /var/amplia " +
    `${marks}/*; ${module ? installed : ""}`;
  execFileSync("/bin/sh", ["-euc", script], { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
}

/** Runs a command line of sh(1); `$0` is node, `$1` the program and `$2` the profile. */
async function shell(
  line: string,
  env: Readonly<Record<string, string>> = {},
  cwd = "/",
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn("/bin/sh", ["-c", line, node, script, profile], {
    env: { PATH: "/usr/bin:/bin", ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { status, stdout, stderr };
}

const clean = await shell('exec "$0" "$1" plan --json "$2"');
const first = await shell('exec "$0" "$1" apply "$2"');
if (clean.status !== 2 || first.status !== 0)
  throw new Error(`the program does not do its work here: ${clean.stderr}${first.stderr}`);
const applied = picture();
undone(true);

const harmless: Readonly<Record<string, string>> = {
  NODE_PATH: `${evil}/node_modules`,
  NODE_DEBUG: "child_process",
  NODE_PENDING_DEPRECATION: "1",
  NODE_REDIRECT_WARNINGS: `${marks}/warnings`,
  NODE_TLS_REJECT_UNAUTHORIZED: "0",
  UV_THREADPOOL_SIZE: "1",
  HOME: "/nonexistent",
  TMPDIR: "/srv/link",
  LANG: "tr_TR.UTF-8",
  LC_ALL: "tr_TR.UTF-8",
  TZ: "Asia/Kathmandu",
  IFS: "/",
  BASH_ENV: `${evil}/shell`,
  ENV: `${evil}/shell`,
  PS4: `$(touch ${marks}/ps4)`,
  SHELLOPTS: "xtrace",
  MALLOC_PERTURB_: "85",
  GLIBC_TUNABLES: "glibc.malloc.check=3",
  SSL_CERT_FILE: "/nonexistent",
  HTTPS_PROXY: "http://127.0.0.1:9",
  https_proxy: "http://127.0.0.1:9",
  ALL_PROXY: "http://127.0.0.1:9",
  CURL_HOME: evil,
  SOFTHSM2_CONF: `${evil}/none`,
  KNETCTL_MARK: "theirs",
  USER: "nobody",
  LOGNAME: "nobody",
  SUDO_USER: "$(id)",
  GETCONF_DIR: evil,
  LOCPATH: evil,
  RES_OPTIONS: "debug",
};
/** What Node itself acts on before a line of the program runs. */
const nodes: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--require ${evil}/required.cjs --max-old-space-size=64 --report-on-signal`,
  NODE_EXTRA_CA_CERTS: `${evil}/none`,
  NODE_V8_COVERAGE: `${marks}/coverage`,
  OPENSSL_CONF: `${evil}/openssl.cnf`,
};

t.test(
  "54: started by its name, hostile variables and a planted PATH change nothing and reach no child",
  async (t) => {
    const env = Object.entries({
      ...harmless,
      ...nodes,
      PATH: `/usr/local/nonexistent:${evil}/without-node:/usr/bin:${dirname(process.execPath)}`,
    }).map(([name, value]) => `${name}=${value}`);
    mkdirSync(`${evil}/without-node`);
    for (const name of planted.filter((name) => name !== "node"))
      symlinkSync(`${evil}/${name}`, `${evil}/without-node/${name}`);
    const { exitCode, calls, stderr } = await traced(
      ["/usr/bin/env", "-i", ...env, script, "apply", "--json", profile],
      { trace: `${folder}/trace` },
    );
    t.equal(exitCode, 0, stderr.toString().slice(-1000));
    t.equal(picture(), applied, "the same files, with the same rights");
    t.same(marked(), [], "nothing that was planted ran");
    const starts = calls.filter(({ line }) => line.includes(" execve("));
    const program = starts.findLastIndex(({ line }) =>
      /^\d+ +execve\("[^"]*\/node", \["node", "[^"]*knetctl\.cjs"/.test(line),
    );
    t.ok(program > 0, "node was started by env(1)");
    const children = starts.slice(program + 1);
    t.ok(children.length > 20, `${children.length} programs were started`);
    const names = Object.keys({ ...harmless, ...nodes }).filter(
      (name) => !/^(HOME|LANG|LC_ALL|USER|LOGNAME|KNETCTL_MARK|IFS)$/.test(name),
    );
    const reached = children.flatMap(({ line }) =>
      names
        .filter((name) => line.includes(`"${name}=`))
        .map((name) => `${name} reached ${line.slice(0, 80)}`),
    );
    t.same(reached, [], "no child has any of them");
    for (const value of ["/nonexistent", "tr_TR", "nobody", "theirs"])
      t.notOk(
        children.some(({ line }) => line.includes(`=${value}`)),
        value,
      );
    const trusted = new RegExp(
      '^\\d+ +execve\\("(/usr/s?bin/|/s?bin/|/proc/self/fd/6"|/tmp/knetctl-|/var/tmp/knetctl-|\\./)',
    );
    t.same(
      children.filter(({ line }) => !trusted.test(line)).map(({ line }) => line.slice(0, 80)),
      [],
      "by absolute paths of trusted folders",
    );
    undone(true);
  },
);

t.test(
  "54: started through node, a planted PATH with node and sh in it and all but Node's own variables " +
    "change nothing",
  async (t) => {
    const { status, stderr } = await shell('exec "$0" "$1" apply --json "$2"', { ...harmless, PATH: evil });
    t.equal(status, 0, stderr.slice(-1000));
    t.equal(picture(), applied);
    t.same(marked(), []);
    undone();
  },
);

t.test("54: what is preloaded into the program itself is in none of its children", async (t) => {
  const loading = {
    LD_PRELOAD: `${evil}/preload.so`,
    LD_LIBRARY_PATH: evil,
    LD_BIND_NOW: "1",
    LD_DEBUG_OUTPUT: `${marks}/debug`,
    LD_PROFILE_OUTPUT: marks,
  };
  const settings = Object.entries(loading)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  const { status, stdout, stderr } = await shell(`exec env -i ${settings} "$0" "$1" apply --json "$2"`);
  t.equal(status, 0, stderr.slice(-1000) + stdout.slice(-1000));
  const pids = new Set(readFileSync(`${marks}/preloaded`, "utf8").trim().split("\n"));
  t.equal(pids.size, 1, "it ran in the program, whose caller wanted that, and nowhere else");
  t.equal(picture(), applied);
  undone(true);
});

const environments: Record<string, Readonly<Record<string, string>>> = {
  Turkish: { LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
  "the C locale": { LC_ALL: "C" },
  "a locale that is not there": { LC_ALL: "xx_YY.nonsense", LANGUAGE: "xx" },
  "a time zone that is a path": { TZ: ":/etc/passwd" },
  "no home": { HOME: "" },
  "a relative home": { HOME: "-rf" },
  "a TMPDIR that is missing": { TMPDIR: "/nonexistent" },
  "a TMPDIR that everybody can write in": { TMPDIR: "/srv/open" },
  "a TMPDIR that is a link": { TMPDIR: "/srv/link" },
  "a TMPDIR that is a device": { TMPDIR: "/dev/null" },
  "a relative TMPDIR": { TMPDIR: "../srv/open" },
  "an empty PATH": { PATH: "" },
  "no terminal type": { TERM: "\u001b[31m" },
  "colours forced": { FORCE_COLOR: "3", CLICOLOR_FORCE: "1" },
  "a column count": { COLUMNS: "1", LINES: "0" },
};

for (const [what, env] of Object.entries(environments)) {
  t.test(`54: the plan is the same with ${what}`, async (t) => {
    const { status, stdout, stderr } = await shell('exec "$0" "$1" plan --json "$2"', env);
    t.same([status, stdout, stderr], [2, clean.stdout, clean.stderr]);
    t.same(readdirSync("/srv/open"), [], "nothing is left where others could have reached it");
  });
}

for (const umask of ["0000", "0777"]) {
  t.test(`54: umask ${umask} changes no file's rights`, async (t) => {
    undone(true);
    const { status, stderr } = await shell(`umask ${umask}; exec "$0" "$1" apply --no-smoke-test "$2"`);
    t.equal(status, 0, stderr.slice(-1000));
    t.equal(picture(), applied);
    undone();
  });
}

t.test("54: closed standard descriptors, in each combination, change nothing", async (t) => {
  undone();
  const expected = await shell('exec "$0" "$1" plan "$2"');
  for (const closed of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
    const redirected = closed.map((descriptor) => `${descriptor}>&-`).join(" ");
    const { status, stdout } = await shell(`exec "$0" "$1" plan "$2" ${redirected}`);
    t.same([status, stdout], [2, closed.includes(1) ? "" : expected.stdout], redirected);
  }
  t.equal((await shell('exec "$0" "$1" apply "$2" 0>&- 1>&- 2>&-')).status, 0);
  t.equal(picture(), applied, "and no output lands in a file that got the number of a closed descriptor");
  undone();
});

t.test("54: output that cannot be written is said, and a reader that has gone is no failure", async (t) => {
  t.same((await shell('exec "$0" "$1" render "$2" > /dev/full')).status, 73);
  t.same(
    (await shell('exec "$0" "$1" plan "$2" > /dev/full 2> /dev/full')).status,
    2,
    "2 says more: changes are pending",
  );
  t.equal((await shell('{ "$0" "$1" plan --json "$2"; echo $? >&2; } | :')).stderr.trim(), "2");
});

t.test("54: a removed working folder, and one full of traps, change nothing", async (t) => {
  undone();
  const expected = await shell('exec "$0" "$1" plan --json "$2"');
  const gone = await shell('mkdir /srv/gone; cd /srv/gone; rmdir /srv/gone; exec "$0" "$1" plan --json "$2"');
  t.same([gone.stdout, gone.stderr], [expected.stdout, expected.stderr]);
  const traps = "/srv/traps";
  mkdirSync(traps);
  for (const name of [
    "-rf",
    "--json",
    "--root=",
    ".env",
    "index.js",
    "main.js",
    "program.cjs",
    "knetctl.cjs",
    "pkcs11-worker.cjs",
    "language-pt-br.cjs",
    "explained.cjs",
  ])
    writeFileSync(`${traps}/${name}`, `require("${evil}/required.cjs");\n`);
  writeFileSync(
    `${traps}/package.json`,
    JSON.stringify({
      type: "module",
      main: "./index.js",
      yargs: { "boolean-negation": false, "camel-case-expansion": false, "unknown-options-as-args": true },
    }),
  );
  writeFileSync(`${traps}/tsconfig.json`, "{ broken");
  writeFileSync(`${traps}/.npmrc`, `node-options=--require ${evil}/required.cjs\n`);
  execFileSync("cp", ["-r", `${evil}/node_modules`, traps]);
  t.same((await shell('exec "$0" "$1" plan --json "$2"', {}, traps)).stdout, expected.stdout);
  t.equal(
    (await shell('exec "$0" "$1" apply --no-smoke-test "$2"', {}, traps)).status,
    0,
    "--no-… still negates",
  );
  t.equal(picture(), applied);
  t.same(marked(), []);
  t.same(
    (await shell('exec "$0" "$1" validate ./-rf', {}, traps)).status,
    65,
    "a file named like an option is a file",
  );
  undone();
});

t.test(
  "54: few descriptors, few processes and no priority: the same result, or a problem and nothing changed",
  async (t) => {
    for (const [limits, module] of [
      ["--nproc=1 nice -n 19", false],
      ["--nofile=32", false],
      ["--nofile=23", true],
      ["--nofile=21", true],
    ] as const) {
      undone(module);
      const { status, stdout, stderr } = await shell(
        `exec /usr/bin/prlimit ${limits} "$0" "$1" apply --no-smoke-test "$2"`,
      );
      if (status === 0) t.equal(picture(), applied, limits);
      else
        t.notOk(
          existsSync("/var/amplia") || (module && existsSync("/usr/local/lib/kryptus")),
          `${limits}: nothing is left\n${stdout}${stderr}`,
        );
      t.comment(`prlimit ${limits}: exit code ${status} ${/^error: .*/m.exec(stderr)?.[0] ?? ""}`);
      if (status !== 0) t.match(stderr, /^error: /m, `${limits}: a problem is shown`);
    }
  },
);

t.test("54: what Node does at SIGUSR1, a debugger on a port of this machine, does not happen", async (t) => {
  const { stderr, status } = await shell(
    'mkfifo /srv/silent; sleep 1.5 > /srv/silent & "$0" "$1" validate - < /srv/silent & sleep 0.7; ' +
      "kill -USR1 $!; sleep 0.3; kill -INT $!; wait $!",
  );
  t.notMatch(stderr, /Debugger/);
  t.not(status, 0);
});

t.test("the summary", async (t) => {
  rmSync(marks, { recursive: true });
  t.comment(
    `hostile environments: ${Object.keys(harmless).length + Object.keys(nodes).length} variables at ` +
      `once, ${planted.length} planted programs, ${Object.keys(environments).length} more ` +
      "environments; marks left 0",
  );
});
