import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import t, { type Test } from "tap";
import { parse } from "yaml";
import { knetctlScript } from "../support/knetctl.js";
import { junitFaults } from "../support/published-schemas.js";
import { scratch } from "../support/scratch.js";

const jobs = join(import.meta.dirname, "../../installers/ci");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: object; readonly "timeout-minutes"?: number; steps: readonly Step[] }
    >
  >;
}

const workflows = readdirSync(join(jobs, "github")).map((name) => {
  const text = readFileSync(join(jobs, "github", name), "utf8");
  return { name, text, workflow: parse(text) as Workflow };
});

function stepOf(file: string, name: string): string {
  const steps = workflows
    .filter((one) => one.name === file)
    .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap((job) => job.steps));
  return steps.find((step) => step.name === name)?.run ?? "";
}

t.test(
  "GitHub: actions pinned, the least permissions, an end in time, and no value that becomes a command",
  (t) => {
    t.equal(workflows.length, 3);
    for (const { name, text, workflow } of workflows) {
      t.strictSame(workflow.permissions, {}, name);
      for (const line of text.split("\n").filter((one) => /^\s*(- )?uses:/.test(one)))
        t.match(line, /uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      for (const job of Object.values(workflow.jobs)) {
        t.ok((job["timeout-minutes"] ?? 999) <= 15, name);
        for (const { run = "" } of job.steps) t.notMatch(run, /\$\{\{/, name);
      }
    }
    const writing = workflows.filter(({ text }) => /: write$/m.test(text)).map(({ name }) => name);
    t.strictSame(writing, ["knetctl-validate.yml"], "results in the code are all that is written");
    t.end();
  },
);

/** A checkout with profiles, and a PATH whose programs stand for what a runner has. */
function runner(t: Test) {
  const { folder } = scratch(t);
  const bin = join(folder, "bin");
  for (const name of ["bin", "hosts", "temp", "package/knetctl/bin"])
    mkdirSync(join(folder, name), { recursive: true });
  const program = (path: string, lines: readonly string[]): void => {
    writeFileSync(path, ["#!/bin/bash", ...lines, ""].join("\n"));
    chmodSync(path, 0o755);
  };
  const knetctl = [`exec ${process.execPath} ${knetctlScript} "$@"`];
  program(join(bin, "knetctl"), knetctl);
  program(join(folder, "package/knetctl/bin/knetctl"), knetctl);
  execFileSync("tar", ["-cJf", join(folder, "served.tar.xz"), "-C", join(folder, "package"), "knetctl"]);
  // the address is not asked for; what is asked of curl besides must be what it knows
  program(join(bin, "curl"), [
    `curl_is=/usr/bin/curl; [ ! -x "$curl_is" ] || "$curl_is" "\${@:1:$#-3}" --version > /dev/null || exit 2`,
    `cp ${join(folder, "served.tar.xz")} "\${@: -2:1}"`,
  ]);
  program(join(bin, "sudo"), [`exec "$@"`]);
  // the options are those of the real one, and what follows the host is given to a shell, as sshd does
  program(join(bin, "ssh"), [
    `/usr/bin/ssh -G "$@" > ${join(folder, "ssh.txt")} || exit 255`,
    `while [ "$1" != -- ]; do shift; done; shift 2; exec /bin/sh -c "$*"`,
  ]);
  const sha256 = execFileSync("sha256sum", [join(folder, "served.tar.xz")], { encoding: "utf8" }).slice(
    0,
    64,
  );
  const run = (script: string, more: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      {
        cwd: folder,
        encoding: "utf8",
        env: {
          PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin`,
          HOME: folder,
          RUNNER_TEMP: join(folder, "temp"),
          GITHUB_PATH: join(folder, "temp/path"),
          GITHUB_WORKSPACE: folder,
          PROFILES: "hosts",
          URL: "https://example.org/knetctl.tar.xz",
          SHA256: sha256,
          LOGIN: "deploy",
          KNOWN_HOSTS: "signer1 ssh-ed25519 AAAA",
          KEY: "a key",
          ...more,
        },
      },
    );
    return { status, stdout, stderr };
  };
  const profile = (name: string, port: number, more = ""): void => {
    writeFileSync(
      join(folder, "hosts", name),
      `connections: { a: { endpoints: [{ ip: 127.0.0.1, port: ${port} }] } }\n` +
        `users: { u: { connection: a, pin: { prompt: true } } }\n${more}`,
    );
  };
  /** Of which a plan needs no client, and no more of the host than an account that every Debian has. */
  const stores = (name: string): void => {
    writeFileSync(
      join(folder, "hosts", name),
      "service: { user: daemon, group: daemon, home: /usr/sbin }\n" +
        "key_stores: { One: { type: Pkcs11, module: m.so, target: /etc/knetctl-nothing.conf } }\n",
    );
  };
  return {
    folder,
    run,
    profile,
    stores,
    temp: (name: string) => readFileSync(join(folder, "temp", name), "utf8"),
  };
}

t.test("GitHub: knetctl is installed if it is what was pinned, and not otherwise", async (t) => {
  const { run, temp, folder } = runner(t);
  const script = stepOf("knetctl-validate.yml", "install knetctl");
  t.equal(run(script, { SHA256: "0".repeat(64) }).status, 1);
  t.match(run(script), { status: 0 });
  t.equal(temp("path"), `${join(folder, "temp/knetctl/bin")}\n`);
  t.equal(
    execFileSync(join(folder, "temp/knetctl/bin/knetctl"), ["--version"], { encoding: "utf8" }),
    "0.1.0\n",
  );
});

t.test(
  "GitHub: every profile is checked, whatever its name; annotations, SARIF and an exit code",
  async (t) => {
    const { run, profile, temp } = runner(t);
    const script = stepOf("knetctl-validate.yml", "validate");
    t.match(run(script), { status: 1, stdout: /^::error title=knetctl::there are no profiles/ });
    profile("signer 1.yaml", 60161);
    t.match(run(script), { status: 0, stdout: "" });
    profile("-odd.yaml", 5696);
    t.match(run(script), {
      status: 4,
      stdout: /^::warning file=hosts\/-odd.yaml,line=1,col=\d+,title=profile-port-ttlv::/,
    });
    profile("wrong.yml", 60161, "x: 1\n");
    t.match(run(script), {
      status: 65,
      stdout: /^::error file=hosts\/wrong.yml,line=3,col=1,title=profile-key-unknown::/,
    });
    const { runs } = JSON.parse(temp("knetctl.sarif")) as { runs: { results: unknown[] }[] };
    t.equal(runs[0]?.results.length, 2);
  },
);

t.test("GitHub: a plan over ssh, with a known host and one key; changes are no failure", async (t) => {
  const { run, profile, stores, folder } = runner(t);
  const script = stepOf("knetctl-plan.yml", "plan");
  stores("signer1.yaml");
  const { status, stdout } = run(script, { HOST: "signer1" });
  t.equal(status, 0, stdout);
  t.match(stdout, /^::notice title=changes-pending::\d+ changes/m);
  const options = readFileSync(join(folder, "ssh.txt"), "utf8");
  for (const line of ["user deploy", "batchmode yes", "stricthostkeychecking true", "identitiesonly yes"])
    t.match(options, `${line}\n`);
  t.match(options, `userknownhostsfile ${folder}/temp/known_hosts\n`);
  t.same(readdirSync(join(folder, "temp")), ["known_hosts"], "the key is gone");
  t.match(run(script, { HOST: "-oProxyCommand=id" }), { status: 1, stdout: /no name of a host/ });
  profile("signer1.yaml", 60161, "x: 1\n");
  t.equal(run(script, { HOST: "signer1" }).status, 65);
});

t.test("GitHub: verify at night fails with the host, and leaves its report", async (t) => {
  const { run, temp } = runner(t);
  t.equal(run(stepOf("knetctl-verify.yml", "verify"), { HOST: "signer1" }).status, 65);
  t.equal(junitFaults(temp("knetctl-verify.xml")), "");
  t.match(temp("knetctl-verify.xml"), '<failure type="profile-missing"');
});

type GitLab = Readonly<Record<string, { readonly before_script?: string[]; readonly script?: string[] }>>;

t.test("GitLab: the same, by its jobs' own lines", async (t) => {
  const jobsOf = parse(readFileSync(join(jobs, "gitlab/knetctl.gitlab-ci.yml"), "utf8")) as GitLab;
  const script = (name: string): string => (jobsOf[name]?.script ?? []).join("\n");
  const { run, profile, stores, folder } = runner(t);
  const given = { KNETCTL_PROFILES: "hosts", KNETCTL_HOST: "signer1", KNETCTL_LOGIN: "deploy" };
  const files = { KNETCTL_SSH_KEY: join(folder, "key"), KNETCTL_KNOWN_HOSTS: join(folder, "known") };
  const own = { ...given, ...files, CI_PROJECT_DIR: folder };
  const here = (lines: string): string => lines.replaceAll("/tmp/", `${folder}/temp/`);
  profile("signer1.yaml", 5696);
  const url = { KNETCTL_URL: "https://example.org/k", KNETCTL_SHA256: sha256Of(folder) };
  const install = (jobsOf["knetctl validate"]?.before_script ?? []).join("\n");
  t.match(run(here(`${install}\n${script("knetctl validate")}`), { ...own, ...url }), { status: 123 });
  const validated = readFileSync(join(folder, "validate.xml"), "utf8");
  t.equal(junitFaults(validated), "");
  t.match(validated, '<failure type="profile-port-ttlv"');
  stores("signer1.yaml");
  t.equal(run(script("knetctl plan"), own).status, 2);
  t.match(readFileSync(join(folder, "plan.xml"), "utf8"), '<failure type="changes-pending"');
  t.equal(run(script("knetctl verify"), own).status, 65);
  const before = (jobsOf[".knetctl-ssh"]?.before_script ?? []).slice(1).join("\n");
  t.equal(run(before, own).status, 0);
  t.equal(run(before, { ...own, KNETCTL_HOST: "-oProxyCommand=id" }).status, 1);
});

function sha256Of(folder: string): string {
  return execFileSync("sha256sum", [join(folder, "served.tar.xz")], { encoding: "utf8" }).slice(0, 64);
}
