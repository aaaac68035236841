import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import t from "tap";
import { checks } from "../../../src/commands/doctor/checks.js";
import { report } from "../../../src/generated/validate-report.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { copyProgram, knetctl, knetctlScript } from "../../support/knetctl.js";

await ensureSandbox(import.meta.filename);

interface Document {
  readonly checks: readonly {
    id: string;
    status: string;
    text: string;
    problems: readonly { code: string }[];
  }[];
  readonly verdict: string;
  readonly problems: readonly { code: string }[];
}

/** A copy where every user can reach it, with the addon. */
const program = copyProgram("/srv/knetctl/dist");
mkdirSync("/srv/knetctl/node_modules");
const addon = dirname(createRequire(import.meta.url).resolve("pkcs11js/package.json"));
execFileSync("cp", ["-a", addon, "/srv/knetctl/node_modules/pkcs11js"]);

function statusIn({ checks: all }: Document, id: string): string | undefined {
  return all.find((one) => one.id === id)?.status;
}

async function json(args: readonly string[], uid?: number) {
  const ran = await knetctl(["doctor", "--json", ...args], { program, ...(uid !== undefined && { uid }) });
  const document = JSON.parse(ran.stdout) as Document;
  t.ok(report(document), JSON.stringify(report.errors?.slice(0, 3)));
  return { ...ran, document };
}

/** The words behind a shell's own set-up, such as `umask 0`. */
function after(setUp: string, ...args: readonly string[]): Document {
  const { stdout } = spawnSync(
    "sh",
    ["-euc", `${setUp}; exec "$@"`, "sh", process.execPath, knetctlScript, "doctor", "--json", ...args],
    { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } },
  );
  return JSON.parse(stdout) as Document;
}

t.test("every check is made, in order, and nothing is changed by looking", async (t) => {
  writeFileSync("/srv/since", "");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { document, exitCode, stderr } = await json([]);
  t.equal(exitCode, 0, stderr);
  t.strictSame(
    document.checks.map(({ id }) => id),
    checks.map(({ id }) => id),
  );
  t.strictSame(
    document.checks.filter(({ text }) => text === "").map(({ id }) => id),
    [],
    "each says what it saw",
  );
  for (const id of ["program-addon", "stage", "tools", "history", "lock"])
    t.equal(statusIn(document, id), "ok", id);
  // where else it might write, what else runs on the machine shows through a sandbox's root
  const folders = ["/etc", "/usr", "/opt", "/srv", "/run", "/var/lib", "/var/cache"];
  const changed = execFileSync("find", [...folders, "-xdev", "-cnewer", "/srv/since"], { encoding: "utf8" });
  t.equal(changed, "");
});

t.test("names of checks are words, each there once", async (t) => {
  const ids = checks.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  for (const id of ids) t.match(id, /^[a-z]+(-[a-z]+)*$/);
});

t.test("an ordinary user is told what could not be seen", async (t) => {
  const { document, exitCode, stderr } = await json([], 61_236);
  t.equal(exitCode, 0, stderr);
  for (const id of ["stage", "history", "lock", "refused-pins"])
    t.equal(statusIn(document, id), "skipped", id);
  for (const id of ["program-addon", "kernel", "tools", "disk-space"])
    t.equal(statusIn(document, id), "ok", id);
  const { stdout } = await knetctl(["doctor"], { program, uid: 61_236 });
  t.match(stdout, /\nstage +skipped +needs root: /);
  t.match(stdout, /\nfit.*: \d+ ok.*, \d+ skipped, of \d+ checks; run as root to see the rest\n$/);
});

t.test("a check that fails ends it with 1, the problems beside the table, the verdict last", async (t) => {
  writeFileSync("/root/wrong.yaml", "connections: 5\n");
  const { stdout, stderr, exitCode } = await knetctl(["doctor", "--no-probe", "/root/wrong.yaml"], {
    program,
  });
  t.equal(exitCode, 1);
  t.match(stdout, /^check +status +seen\nprogram +ok +knetctl /);
  t.match(stdout, /\nprofile +fail +it is not valid\n/);
  t.match(stdout, /\nnot fit: \d+ ok, (\d+ warn, )?1 fail, \d+ skipped, of \d+ checks\n$/);
  t.match(stderr, /error: .*\[profile-/);
  t.match((await json(["--no-probe", "/root/wrong.yaml"])).document, { verdict: "not-fit" });
});

t.test(
  "what this process was given shows: umask, limits, a preloaded library, missing capabilities",
  async (t) => {
    t.equal(statusIn(after("umask 0"), "umask"), "warn");
    t.equal(statusIn(after("umask 027"), "umask"), "ok");
    t.equal(statusIn(after("ulimit -f 1000"), "limits"), "warn");
    t.equal(statusIn(after("export LD_PRELOAD=libdl.so.2"), "preload"), "warn");
    const less = after('set -- setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin -- "$@"');
    t.equal(statusIn(less, "stage"), "warn");
    t.ok(less.problems.some(({ code }) => code === "stage-refused"));
  },
);

t.test("a bare /etc, and an empty image, leave no check broken off", async (t) => {
  const bare = "mount -n -t tmpfs tmpfs /etc";
  const { stdout, status } = spawnSync(
    "unshare",
    [
      "--mount",
      "sh",
      "-euc",
      `${bare}; exec "$@"`,
      "sh",
      process.execPath,
      knetctlScript,
      "doctor",
      "--json",
    ],
    { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } },
  );
  const document = JSON.parse(stdout) as Document;
  t.equal(status, 0);
  t.notOk(document.problems.some(({ code }) => code === "internal-error"));
  mkdirSync("/srv/image");
  const image = await json(["--root", "/srv/image"]);
  t.equal(image.exitCode, 1, "an image without a shell is none");
  t.notOk(image.document.problems.some(({ code }) => code === "internal-error"));
  t.match(image.document, { root: "/srv/image" });
});
