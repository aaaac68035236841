import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { exactly, serviceHome, serviceId } from "../support/service-home.js";

await ensureSandbox(import.meta.filename);

const { top, home, configFile, profiles } = serviceHome();
const config = `${home}/.config`;
const state = "/var/lib/knetctl";
/** What a command may take on a busy machine; one that opens a FIFO never ends. */
const mostMs = 8000;

mkdirSync(`${top}/kept`);
writeFileSync(`${top}/shadow`, "precious", { mode: 0o640 });
writeFileSync("/root/secret", "precious", { mode: 0o600 });
const first = await knetctl(["apply", "--no-smoke-test", profiles[0]]);
if (first.exitCode !== 0) throw new Error(first.stderr);
shell(`umask 077; cp -a ${home} ${state} ${top}/kept`);

interface Plant {
  /**
   * A shell script; `$own` makes the service user's own .config in the place of ours, `$give` gives it away.
   */
  readonly plant: string;
  /** For each command the code that it refuses with, and where; a command that is not named does its work. */
  readonly refused: Partial<Record<"plan" | "verify" | "apply" | "rollback", string>>;
  readonly at: string;
}

const inHome = { plan: "ownership-foreign-kind", apply: "ownership-foreign-kind", rollback: "undo-unsafe" };
const tooLarge = {
  plan: "client-config-too-large",
  apply: "client-config-too-large",
  rollback: "undo-unsafe",
};
const bothWays = (code: string) => ({ apply: code, rollback: code });
const F = configFile;
const run = `${state}/runs/`;

const plants: Readonly<Record<string, Plant>> = {
  "7: config.json is a FIFO": {
    plant: `$own; mkfifo ${F}; $give`,
    refused: { ...inHome, verify: "ownership-foreign-kind" },
    at: F,
  },
  "8: config.json is a device": { plant: `$own; mknod ${F} c 1 5; $give`, refused: inHome, at: F },
  "9: config.json is a socket": {
    plant:
      `$own; python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' ${F}; ` +
      "$give",
    refused: inHome,
    at: F,
  },
  "10: config.json is a folder": {
    plant: `$own; mkdir ${F}; $give`,
    refused: { plan: "client-config-not-a-file", apply: "client-config-not-a-file", rollback: "undo-unsafe" },
    at: F,
  },
  "4: config.json is a dangling link": { plant: `$own; ln -s /nowhere ${F}; $give`, refused: inHome, at: F },
  "4: config.json is a dangling link in folders that are still root's": {
    plant: `rm ${F}; ln -s /nowhere ${F}`,
    refused: inHome,
    at: F,
  },
  "2: config.json is a link to /proc/self/environ": {
    plant: `$own; ln -s /proc/self/environ ${F}; $give`,
    refused: inHome,
    at: F,
  },
  "2: config.json is a link to /proc/self/fd/0": {
    plant: `$own; ln -s /proc/self/fd/0 ${F}; $give`,
    refused: inHome,
    at: F,
  },
  "2: config.json is a link to a file of root's": {
    plant: `$own; ln -s /root/secret ${F}; $give`,
    refused: inHome,
    at: F,
  },
  "12: config.json is a sparse file of 2 GB": {
    plant: `$own; truncate -s 2G ${F}; $give`,
    refused: tooLarge,
    at: F,
  },
  "6: config.json is a second name of root's file": {
    plant: `$own; $give; ln ${top}/shadow ${F}`,
    refused: { plan: "ownership-hard-link", apply: "ownership-hard-link", rollback: "undo-unsafe" },
    at: F,
  },
  "3: .config is a link to /proc/self/root": {
    plant: `mv ${config} ${top}/moved; ln -s /proc/self/root ${config}`,
    refused: inHome,
    at: config,
  },
  "11: .config is a file": {
    plant: `mv ${config} ${top}/moved; : > ${config}; $give`,
    refused: {
      plan: "client-config-not-a-folder",
      apply: "client-config-not-a-folder",
      rollback: "undo-unsafe",
    },
    at: config,
  },
  "1: the folder of runs is a FIFO": {
    plant: `rm -r ${run}; mkfifo ${state}/runs`,
    refused: bothWays("host-not-a-folder"),
    at: `${state}/runs`,
  },
  "14: the folder of runs is another's": {
    plant: `chown ${serviceId} ${run}`,
    refused: bothWays("host-untrusted-owner"),
    at: `${state}/runs`,
  },
  "15: the folder of runs is open to all": {
    plant: `chmod 777 ${run}`,
    refused: bothWays("host-untrusted-folder"),
    at: `${state}/runs`,
  },
  "3: the folder of runs is another's link": {
    plant:
      `chmod 777 ${state}; mv ${state}/runs /root/moved; ln -s /root/moved ${state}/runs; chown -h ` +
      `${serviceId} ${state}/runs`,
    refused: bothWays("host-untrusted-link"),
    at: `${state}/runs`,
  },
  "11: the state folder is a FIFO": {
    plant: `rm -r ${state}; mkfifo ${state}`,
    refused: { plan: "host-not-a-folder", ...bothWays("host-not-a-folder") },
    at: state,
  },
  "14: the state folder is another's": {
    plant: `chown ${serviceId} ${state}`,
    refused: { plan: "host-untrusted-owner", ...bothWays("host-untrusted-owner") },
    at: state,
  },
  "15: the state folder is open to all": {
    plant: `chmod 777 ${state}`,
    refused: bothWays("host-untrusted-folder"),
    at: state,
  },
  "7: the note of the current run is a FIFO": {
    plant: `mkfifo ${state}/current`,
    refused: bothWays("host-not-a-file"),
    at: `${state}/current`,
  },
  "10: the note of the current run is a folder": {
    plant: `mkdir ${state}/current`,
    refused: bothWays("host-not-a-file"),
    at: `${state}/current`,
  },
  "12: the note of the current run has 2 GB": {
    plant: `truncate -s 2G ${state}/current`,
    refused: { apply: "host-file-too-large" },
    at: `${state}/current`,
  },
  "14: the note of the current run is another's": {
    plant: `echo x > ${state}/current; chown ${serviceId} ${state}/current`,
    refused: { apply: "host-untrusted-owner" },
    at: `${state}/current`,
  },
  "14: the folder of a run is another's": {
    plant: `chown ${serviceId} ${run}*`,
    refused: { rollback: "host-untrusted-owner" },
    at: run,
  },
  "15: the folder of a run is open to all": {
    plant: `chmod 777 ${run}*`,
    refused: { rollback: "host-untrusted-folder" },
    at: run,
  },
  "7: a run's journal is a FIFO": {
    plant: `cd ${run}*; rm journal.jsonl; mkfifo journal.jsonl`,
    refused: { rollback: "host-not-a-file" },
    at: run,
  },
  "12: a run's journal has 2 GB": {
    plant: `cd ${run}*; truncate -s 2G journal.jsonl`,
    refused: { rollback: "host-file-too-large" },
    at: run,
  },
};

const commands = {
  plan: ["plan", profiles[1]],
  verify: ["verify", "--no-smoke-test", profiles[1]],
  apply: ["apply", "--no-smoke-test", "--lock-timeout", "5", profiles[1]],
  rollback: ["rollback", "--lock-timeout", "5"],
} as const;

for (const [title, { plant, refused, at }] of Object.entries(plants)) {
  t.test(`${title}: refused in time, and nothing is changed`, async (t) => {
    shell(plant);
    const before = pictures();
    // at once: each is to refuse, whatever the others do
    await Promise.all(
      Object.entries(refused).map(async ([verb, code]) => {
        const start = performance.now();
        const { exitCode, document } = await knetctlJson(commands[verb as keyof typeof commands]);
        t.ok(performance.now() - start < mostMs, `${verb} answers in time`);
        const errors = document.problems.filter(({ severity }) => severity === "error");
        // what follows from it may be said first
        const problem = errors.find((one) => one.code === code);
        t.equal(exitCode, 1, `${verb} refuses`);
        t.match(
          problem,
          { code, where: { path: new RegExp(`^${at}`) } },
          `${verb}: ${JSON.stringify(document.problems)}`,
        );
        t.ok(
          errors.every(({ hint }) => (hint ?? "") !== ""),
          `${verb} says what to do`,
        );
        t.notMatch(JSON.stringify(document), "precious");
      }),
    );
    t.same(pictures(), before);
    restore();
  });
}

t.test(
  "13: a line break in a file's name forges no line of the output, and the file is given to root " +
    "like any other",
  async (t) => {
    shell(`$own; : > "${config}/kryptus/a\nerror: all is lost"; $give`);
    for (const verb of ["plan", "apply", "rollback"] as const) {
      const { exitCode, stdout, stderr } = await knetctl(commands[verb]);
      t.equal(exitCode, verb === "plan" ? 2 : 0, stderr);
      t.notMatch(stdout + stderr, /^error:/m);
      t.match(stdout + stderr, "a\\u000aerror: all is lost");
    }
    restore();
  },
);

t.test(
  "13: names of 255 bytes on a way of 4,000 with a FIFO at its end, beside the way to config.json: " +
    "named in time, left, and no hindrance",
  async (t) => {
    shell(
      `$own; cd ${config}/kryptus; for i in $(seq 15); do name=$(printf %0255d $i); mkdir $name; cd ` +
        "$name; done; mkfifo fifo; $give",
    );
    for (const verb of ["plan", "apply"] as const) {
      const { exitCode, document } = await knetctlJson(commands[verb]);
      t.equal(exitCode, verb === "plan" ? 2 : 0, JSON.stringify(document.problems));
      t.match(document.problems, [
        { code: "ownership-foreign-kind", severity: "warning", where: { path: /fifo$/ } },
      ]);
    }
    t.ok(
      execFileSync("find", [config, "-type", "p", "-uid", String(serviceId)], { encoding: "utf8" }).endsWith(
        "/fifo\n",
      ),
    );
    restore();
  },
);

t.test(
  "3: a folder that root mounted as .config is a folder like any other: written in, and taken back",
  async (t) => {
    shell(
      `mkdir ${top}/elsewhere; mv ${config} ${top}/moved; mkdir ${config}; mount --bind ` +
        `${top}/elsewhere ${config}`,
    );
    t.equal((await knetctl(commands.apply)).exitCode, 0);
    t.match(
      execFileSync("find", [`${top}/elsewhere`, "-type", "f"], { encoding: "utf8" }),
      `${top}/elsewhere/kryptus/knet/pkcs11/config.json`,
    );
    t.equal((await knetctl(commands.rollback)).exitCode, 0);
    t.equal(execFileSync("find", [`${top}/elsewhere`, "-mindepth", "1"], { encoding: "utf8" }), "");
    shell(`umount ${config}; rm -r ${top}/elsewhere`);
    restore();
  },
);

t.test(
  "3: root's own link in the place of the state folder is followed, as root may keep it on another disk",
  async (t) => {
    shell(`mv ${state} /root/moved; ln -s /root/moved ${state}`);
    t.equal((await knetctl(commands.apply)).exitCode, 0);
    t.equal((await knetctl(commands.rollback)).exitCode, 0);
    restore();
  },
);

function restore(): void {
  shell(
    `rm -rf ${home} ${state} ${top}/moved /root/moved; cp -a ${top}/kept/home ${home}; cp -a ` +
      `${top}/kept/knetctl ${state}`,
  );
}

function contents(folder: string): string {
  return exactly(folder).replace(new RegExp(`^(${folder} .*) [\\d.]+$`, "m"), "$1");
}

function shell(script: string): void {
  const give = `chown -hR ${serviceId}:${serviceId} ${config}`;
  execFileSync(
    "sh",
    [
      "-eufc",
      `set +f; own() { mv ${config} ${top}/moved; mkdir -p ${config}/kryptus/knet/pkcs11; ` +
        `}\n${script.replaceAll("$own", "own").replaceAll("$give", give)}`,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
}

/**
 * Everything that the commands could change; not the times of the state folder itself, which holds a note of
 * the run while one tries.
 */
function pictures(): readonly string[] {
  return [exactly(top), contents(state), exactly("/root/secret")];
}
