import t, { type Test } from "tap";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { verbs as declared } from "../../src/commands/verbs.js";
import { Secret } from "../../src/problem/secret.js";
import { changedFiles } from "../support/changed-files.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { fixtureModules } from "../support/fixture-module.js";
import { markedPin, type MarkedPin } from "../support/marked-pin.js";
import { eventually, processesWithVariable, reached } from "../support/processes.js";
import { provisioning } from "../support/provisioning.js";
import { bytesOf, secretSearch, type Expected } from "../support/secret-search.js";
import { traced } from "../support/traced.js";

const verbs = declared.map(({ name }) => name);

await ensureSandbox(import.meta.filename);

const script = join(import.meta.dirname, "../../dist/knetctl.cjs");
const begin = Date.now();
const began = "/began";
writeFileSync(began, "");
const { profile, cluster, folder } = await provisioning();
t.teardown(() => cluster.stop());

// two users with a PIN each, and PINs that no VHSM takes: all of them are looked for in everything
const [signer, stamper, wrong] = [markedPin(), markedPin("plain"), markedPin()];
const marks: readonly MarkedPin[] = [signer, stamper, wrong];
for (const [index, pin] of [signer, stamper].entries()) {
  const user = cluster.users[index]!;
  Object.assign(user, { pin: new Secret(pin.text) });
  writeFileSync(`${folder}/${user.name}.pin`, pin.text, { mode: 0o600 });
}

const modules = fixtureModules();
const misbehaving = modules.module("misbehaving");
t.teardown(() => {
  modules.remove();
});

const { count, verbs: ran, ours, formsIn, silent, pinFile, isOurs } = secretSearch(folder, marks);
for (const { name } of cluster.users) ours.add(`${folder}/${name}.pin`);

/** The profile with other text in it, as a file beside it. */
function variant(name: string, from: RegExp | string, to: string): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(file, readFileSync(profile, "utf8").replace(from, to));
  return file;
}

const loud = ["--verbose", "--json"];
const installed = ["--module", "libkNETPKCS11.so", "--token-label", "ca_signer", "--as", "amplia"];
/** A smoke test of the installed module; the next word is the file with the PIN. */
const smoke = ["smoke", ...installed, "--pin-file"];
let files = 0;

t.test("43: commands that need no PIN show none", async (t) => {
  const plain: readonly (readonly string[])[] = [
    ["--version"],
    ["--help"],
    ["version"],
    ["completion", "bash"],
    ["schema"],
    ["schema", "profile"],
    ["validate", profile],
    ["render", profile],
    ["simulator", "archive", "--out", `${folder}/out`],
  ];
  for (const args of plain) await silent(t, args);
  for (const args of [["validate", profile], ["render", profile], ["version"]])
    await silent(t, [...args, ...loud]);
  for (const flags of [[], loud]) await silent(t, ["doctor", profile, ...flags], { exitCode: "any" });
  await silent(t, ["plan", profile], { exitCode: 2 });
  await silent(t, ["plan", profile, ...loud], { exitCode: 2 });
  await silent(t, ["apply", "--no-such-option", profile], { exitCode: 64 });
  await silent(t, ["init"], { exitCode: 64 });
});

t.test("43, 47: apply, verify and smoke show no PIN, whatever syntax is in it", async (t) => {
  await silent(t, ["apply", profile, ...loud], { logsIn: true, says: /"outcome": "applied"/ });
  await silent(t, ["apply", profile, "--verbose"], { logsIn: true, says: /nothing to change/ });
  for (const flags of [[], loud]) {
    await silent(t, ["verify", profile, ...flags], { logsIn: true });
    await silent(t, ["rehearse", profile, ...flags], { logsIn: true });
    await silent(t, [...smoke, `${folder}/ca_signer.pin`, ...flags], { logsIn: true });
  }
});

/** What is in a report, in which no PIN is. */
async function reported(t: Test, name: string, ...args: readonly string[]): Promise<string> {
  const bundle = `${folder}/${name}.tar.gz`;
  await silent(t, ["report", ...args, "--out", bundle, "--yes", ...loud]);
  const unpacked = execFileSync("tar", ["-xzOf", bundle]);
  t.same(formsIn(unpacked), [], "unpacked");
  return unpacked.toString();
}

t.test("43: what is made to be handed on shows no PIN: metrics, a plugin's line, a report", async (t) => {
  await silent(t, ["verify", profile, "--metrics", `${folder}/knetctl.prom`, "--nagios"], { logsIn: true });
  t.match(await reported(t, "one", profile), /"C_GetFunctionList": true[^]*"outcome": "applied"/);
});

t.test(
  "43: a consumer's PIN goes into its PIN file, or the file that is the only place for it",
  async (t) => {
    const proven = variant(
      "consumers",
      /$/,
      "\nconsumers:\n  tls: { type: openssl-engine, user: ca_signer }\n" +
        "  rpki: { type: krill, user: ca_signer }\n" +
        "  bao: { type: openbao, user: ca_signer, key: seal }\n",
    );
    const holdPins = ["/etc/knet-pins/amplia.tls.pin", "/etc/krill.conf", "/etc/openbao/bao.hcl"];
    for (const file of holdPins) ours.add(file);
    await silent(t, ["render", proven, "--target", "openssl-engine", ...loud]);
    await silent(t, ["plan", proven, ...loud], { exitCode: 2 });
    await silent(t, ["apply", proven, ...loud], { logsIn: true, setsPin: true, says: /"type": "krill"/ });
    await silent(t, ["prove", "tls", proven, "--verbose"], { logsIn: true, says: /openssl loads it/ });
    for (const file of holdPins) t.not(formsIn(readFileSync(file)).length, 0, `${file} has the PIN`);
    await silent(t, ["doctor", ...loud], { exitCode: "any", says: /"consumer:rpki",\s+"status": "ok"/ });
    t.match(await reported(t, "consumers"), /"writes": ".*user_pin = .*<PIN of ca_signer>/);
    await silent(t, ["apply", profile, ...loud], { logsIn: true });
  },
);

const sources: Record<string, { readonly pin: string; readonly options: () => Expected }> = {
  "a descriptor": {
    pin: "{ fd: 3 }",
    options: () => ({ descriptors: [openSync(`${folder}/ca_signer.pin`, "r")] }),
  },
  "standard input": {
    pin: "{ fd: 0 }",
    options: () => ({ input: `${signer.text}\n`, says: /removed one trailing line break/ }),
  },
  "a credential": {
    pin: "{ credential: ca_signer.pin }",
    options: () => ({ env: { CREDENTIALS_DIRECTORY: folder } }),
  },
  "a variable": {
    pin: "{ env: CA_SIGNER_PIN }",
    options: () => ({ env: { CA_SIGNER_PIN: signer.text }, inEnvironment: true, says: /pin-env-exposed/ }),
  },
  "a question": { pin: "{ prompt: true }", options: () => ({ typing: `${signer.text}\r` }) },
};

for (const [what, { pin, options }] of Object.entries(sources)) {
  t.test(`43, 45: a PIN from ${what} goes to the worker and nowhere else`, async (t) => {
    const expected = options();
    await silent(
      t,
      ["verify", variant("source", /pin: \{ file: [^}]*ca_signer[^}]*\}/, `pin: ${pin}`), "--verbose"],
      { logsIn: true, ...expected },
    );
    for (const descriptor of expected.descriptors ?? []) closeSync(descriptor);
  });
}

t.test("46: CRLF and one trailing line break are removed, and said", async (t) => {
  for (const end of ["\n", "\r\n"]) {
    const file = pinFile("broken", signer.text + end);
    await silent(t, [...smoke, file, "--verbose"], {
      logsIn: true,
      says: /login +pass[^]*removed one trailing line break from the PIN/,
    });
  }
});

/** A smoke test of a module that misbehaves in this call. */
function fixture(at: string, action: string, ...more: readonly string[]): readonly string[] {
  const env = [`FIXTURE_AT=${at}`, `FIXTURE_ACTION=${action}`];
  return [
    "smoke",
    "--module",
    misbehaving,
    "--token-label",
    "fixture",
    "--pin-file",
    pinFile("fixture", wrong.text),
    "--at-least",
    "logged-in",
    // most of these logins have no answer
    "--retry-pin",
    "--env",
    ...env,
    ...more,
  ];
}

t.test("43: a module that crashes, prints what it was given, or hangs brings no PIN to light", async (t) => {
  await silent(t, [...fixture("C_Login", "crash"), ...loud], {
    exitCode: 1,
    logsIn: true,
    says: /SIGSEGV in C_Login/,
  });
  await silent(t, fixture("C_Finalize", "crash", "--verbose"), { logsIn: true });
  await silent(t, fixture("C_Login", "hang", "--timeout", "3", ...loud), { exitCode: 69, logsIn: true });
  // what the module itself writes is its own doing; it must not come out of us
  for (const action of ["leak", "garbage"]) {
    const run = await traced([process.execPath, script, ...fixture("C_Login", action), ...loud], {
      trace: `${folder}/trace`,
    });
    t.same([formsIn(run.stdout), formsIn(run.stderr)], [[], []], action);
    const [main] = run.calls;
    t.ok(
      run.calls.some(
        (call) => call.name === "write" && call.pid !== main?.pid && formsIn(bytesOf(call)).length > 0,
      ),
      "the module did write it",
    );
  }
});

/**
 * Sends a signal to the program, which is strace's child, once its worker has the PIN in a call that does not
 * return.
 */
function signalled(child: ChildProcess, run: string, signal: NodeJS.Signals): void {
  const isGiven = (): boolean =>
    processesWithVariable("FIXTURE_RUN", run).length > 0 &&
    formsIn(readFileSync(`${folder}/trace`)).length > 0;
  void eventually(isGiven, 60_000).then((hangs) => {
    // what does not hang as it should must not be waited for
    if (!hangs) process.kill(child.pid!, "SIGKILL");
    else
      process.kill(
        Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").split(" ")[0]),
        signal,
      );
  });
}

t.test("43: a run that is killed or interrupted shows no PIN, and its worker is gone with it", async (t) => {
  for (const [signal, exitCode] of [
    ["SIGKILL", null],
    ["SIGINT", 130],
  ] as const) {
    const run = `${process.pid}-${signal}`;
    const during = (child: ChildProcess): void => {
      signalled(child, run, signal);
    };
    await silent(t, fixture("C_Login", "hang", `FIXTURE_RUN=${run}`, "--as", "amplia"), {
      exitCode,
      logsIn: true,
      during,
    });
    t.ok(
      await eventually(() => processesWithVariable("FIXTURE_RUN", run).length === 0),
      "the worker is gone too",
    );
  }
});

t.test("43: a wrong PIN is not shown, and apply has changed nothing", async (t) => {
  const file = variant(
    "wrong",
    /pin: \{ file: [^}]*ca_signer[^}]*\}/,
    `pin: { file: ${pinFile("wrong", wrong.text)} }`,
  );
  writeFileSync(file, readFileSync(file, "utf8").replace("log_verbosity: quiet", "log_verbosity: info"));
  await silent(t, ["apply", file, ...loud], {
    exitCode: 1,
    logsIn: true,
    says: /CKR_PIN_INCORRECT[^]*"run": null[^]*"outcome": "failed"/,
  });
  const again = ["rehearse", file, ...loud];
  await silent(t, [...again, "--retry-pin"], { exitCode: 1, logsIn: true, says: /CKR_PIN_INCORRECT/ });
  await silent(t, again, { exitCode: 1, says: /pin-refused-before/ });
  await silent(t, ["verify", profile], { logsIn: true });
});

t.test(
  "44: a PIN written in a profile is refused and not quoted, however the profile is broken",
  async (t) => {
    const [yaml, literal] = [readFileSync(profile, "utf8"), JSON.stringify(wrong.text)];
    const line = /pin: \{ file: [^}]*ca_signer[^}]*\}/;
    const user = `{"connection":"h","authentication_type":"password","pin":${literal}}`;
    const json = `{"connections":{"h":{"ip":"10.0.0.1","port":"443"}},"users":{"u":${user}}}`;
    const broken: Record<string, string> = {
      "literal.yaml": yaml.replace(line, `pin: ${literal}`),
      "below.yaml": yaml.replace(line, `pin: { value: ${literal} }`),
      "list.yaml": yaml.replace(line, `pin: [${literal}]`),
      "block.yaml": yaml.replace(
        /(ca_signer:? ?).*/,
        `$1\n    connection: hsm_1\n    pin: |\n      ${wrong.text}\n`,
      ),
      "password.yaml": yaml.replace(line, `password: ${literal}`),
      "unclosed.yaml": yaml.replace(line, `pin: ${literal.slice(0, -1)}`),
      "brace.yaml": yaml.replace(line, `pin: { file: ${literal}`),
      "plain.yaml": yaml.replace(line, `pin: {{ ${wrong.text} }}`),
      "tab.yaml": yaml.replace(line, `pin:\t${wrong.text}`),
      "alias.yaml": yaml.replace(line, `pin: *${wrong.text.replace(/[^a-zA-Z0-9]/g, "")}`),
      "tag.yaml": yaml.replace(line, `pin: !${wrong.text.replace(/[^a-zA-Z0-9]/g, "")} x`),
      "variable.yaml": yaml.replace(line, `pin: { env: ${literal} }`),
      "literal.json": json,
      "cut.json": json.slice(0, json.indexOf(literal) + literal.length - 3),
      "comma.json": json.replace(literal, `${literal},,`),
      "unquoted.json": json.replace(literal, wrong.text),
      "escape.json": json.replace(literal, `"${wrong.text.replace(/["\\]/g, "")}\\q"`),
      "twice.json": json.replace('"pin"', `"pin":${literal},"pin"`),
    };
    for (const [name, content] of Object.entries(broken)) {
      const file = pinFile(name, content);
      await silent(t, ["validate", file, ...loud], { exitCode: 65 });
      await silent(t, ["apply", file, "--verbose"], { exitCode: 65 });
    }
    await silent(t, ["validate", "-", "--verbose"], { exitCode: 65, input: json });
  },
);

t.test(
  "45: while a module hangs with the PIN, no process shows it, leaves a core, or opens a debugger",
  async (t) => {
    const run = `${process.pid}-hang`;
    const cores = `${folder}/cores`;
    mkdirSync(cores);
    const command = [
      "-c",
      'ulimit -c unlimited; cd "$1"; shift; exec "$@"',
      "sh",
      cores,
      process.execPath,
      script,
      ...fixture("C_Login", "hang", `FIXTURE_RUN=${run}`),
    ];
    const child = spawn("sh", command, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: "/usr/bin" } });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const ended = new Promise<unknown>((resolve) =>
      child.once("exit", (_code, signal) => {
        resolve(signal);
      }),
    );
    // looked for once: between two programs that it becomes, a process shows no environment
    let worker: number | undefined;
    await reached("the module hangs", () => {
      [worker] = processesWithVariable("FIXTURE_RUN", run);
      return worker !== undefined;
    });
    await delay(2000);
    for (const pid of [child.pid, worker]) {
      for (const name of ["cmdline", "environ", "comm"])
        t.same(formsIn(readFileSync(`/proc/${pid}/${name}`)), [], name);
      t.match(readFileSync(`/proc/${pid}/coredump_filter`, "utf8"), /^0+$/m);
      process.kill(pid!, "SIGUSR1");
    }
    const open = readdirSync(`/proc/${worker}/fd`).map((fd) => readlinkSync(`/proc/${worker}/fd/${fd}`));
    t.same(
      open.filter((name) => name.includes(folder)),
      [],
      "no file of the PIN is open in the worker",
    );
    await delay(300);
    for (const pid of [child.pid, worker]) t.same(listeningSockets(pid!), [], "no debugger listens");
    process.kill(worker!, "SIGSEGV");
    process.kill(child.pid!, "SIGABRT");
    t.equal(await ended, "SIGABRT");
    for (const text of await said) t.same(formsIn(Buffer.from(text)), []);
    const left = readdirSync(cores);
    const pattern = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim();
    t.comment(`cores: ${left.length}; core_pattern: ${pattern}`);
    // elsewhere a handler or another folder gets them, and what was asked of the kernel above must do
    if (!/[|/]/.test(pattern)) t.ok(left.length > 0, "there are cores to search");
    for (const core of left) t.same(formsIn(readFileSync(`${cores}/${core}`)), [], core);
  },
);

t.test("43, 45: neither the proof of the members nor the drill shows a PIN", async (t) => {
  for (const flags of [[], loud])
    await silent(t, ["ha", "prove", "--profile", profile, ...flags], { logsIn: true });
  await silent(t, ["ha", "drill", "--profile", profile, ...loud], { logsIn: true });
});

t.test("43: VHSMs that do not answer bring no PIN to light, which no process is given then", async (t) => {
  for (const mode of ["refuse", "black-hole"] as const) {
    await Promise.all(cluster.vhsms.map((vhsm) => vhsm.setDown(mode)));
    await silent(t, ["verify", profile, "--timeout", "1", ...loud], {
      exitCode: 69,
      says: /smoke-token-unreachable/,
    });
  }
});

t.test("43: the history shows no PIN, nor does a rollback", async (t) => {
  for (const verb of ["history", "rollback"].filter((verb) => verbs.includes(verb)))
    for (const flags of [[], loud]) await silent(t, [verb, ...flags], { exitCode: "any" });
});

t.test("43: no file on the whole machine holds a PIN but those it was put in", (t) => {
  const found = changedFiles(began);
  const holding = found.filter(
    (file) =>
      formsIn(Buffer.from(file)).length > 0 ||
      (existsSync(file) && !isOurs(file) && formsIn(readFileSync(file)).length > 0),
  );
  t.same(holding, []);
  t.ok(found.length > 20, "the search saw what the runs wrote");
  t.ok(
    [...ours].some((file) => existsSync(file) && formsIn(readFileSync(file)).length > 0),
    "and would have found it",
  );
  files = found.length;
  t.end();
});

t.test("every command was looked at", (t) => {
  // the demo runs the others, in a sandbox of its own, with PINs that are made there
  t.same(
    verbs.filter((verb) => verb !== "demo" && !ran.has(verb)),
    [],
  );
  const { commands, children, bytes, allowed } = count;
  t.comment(
    `secret search: ${commands} commands and the ${children} programs they started, each traced, ` +
      `${files} files, ${Math.round(bytes / 1e6)} MB searched, hits 0; ${allowed} writes to the smoke ` +
      `test's worker, told by its socket, left out; ${Math.round((Date.now() - begin) / 1000)} s`,
  );
  t.end();
});

/** Inodes of a process's sockets that wait for connections (proc(5), net/tcp: state 0A). */
function listeningSockets(pid: number): readonly string[] {
  const listening = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .flatMap((fields) => (fields[3] === "0A" ? [fields[9] ?? ""] : [])),
  );
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1],
    ),
  );
  return listening.filter((inode) => own.has(inode));
}
