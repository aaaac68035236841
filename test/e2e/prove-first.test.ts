import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { startCluster } from "../../src/simulator/cluster.js";
import { Staging } from "../../src/workflow/staging.js";
import { cache, shortRsaBits, simulatedModule, sources } from "../simulator/rig.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile } from "../support/provisioning.js";
import { same } from "../support/same.js";
import { standInService } from "../support/stand-in-service.js";
import { moduleLibrary, vendorArchive } from "../support/vendor-archive.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/prove-first";
const library = "/usr/local/lib/libkNETPKCS11.so";
mkdirSync(folder, { mode: 0o700 });
const cluster = await startCluster({
  vhsms: 2,
  users: ["ca_signer"],
  stateFolder: `${folder}/vhsms`,
  mostRsaBits: shortRsaBits,
  sources,
  cache,
});
t.teardown(() => cluster.stop());
/** Logins that the members were asked for, right or wrong, since the last question. */
let asked = 0;
const logIn = cluster.directory.logIn.bind(cluster.directory);
cluster.directory.logIn = (name, password) => {
  asked += 1;
  return logIn(name, password);
};
function logins(): number {
  const count = asked;
  asked = 0;
  return count;
}

const simulated = await simulatedModule(folder);
const service = standInService({ isUp: true });
const [first, second] = cluster.endpoints;

function install(module: string): void {
  copyFileSync(module, library);
  execFileSync("ldconfig");
}

const rightPin = cluster.users[0]!.pin.reveal();

function profile(
  name: string,
  { endpoints = [first!.https], pin = rightPin, verbosity = "quiet" } = {},
): string {
  const file = `${folder}/${name}.yaml`;
  writeFileSync(`${folder}/${name}.pin`, pin, { mode: 0o600 });
  const members = endpoints.map(({ ip, port }) => `{ ip: ${ip}, port: ${port} }`).join(", ");
  writeFileSync(
    file,
    `connections:
  hsm_1:
    endpoints: [${members}]
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/${name}.pin } }
log_verbosity: ${verbosity}
service: { user: amplia, group: amplia, home: /var/amplia, create: true, unit: amplia.service }
`,
  );
  return file;
}

/**
 * All that a run could change, byte for byte and inode for inode: whatever is written to a file changes its
 * time of change. Of folders not the times: something may have been there meanwhile. Without what
 * interpreters keep for themselves, which is most of it.
 */
function treeOf(...tops: readonly string[]): readonly string[] {
  const folders = ["-type", "d", "-printf", "%p %i %m %U:%G\\n"];
  const others = ["-printf", "%p %i %m %U:%G %s %T@ %C@\\n"];
  const interpreters = ["-path", "/usr/lib/python3*", "-o", "-path", "/usr/lib/node_modules"];
  const left = ["(", ...interpreters, ")", "-prune", "-o"];
  const found = execFileSync("find", [...tops, ...left, ...folders, "-o", ...others], {
    maxBuffer: 1 << 28,
  });
  return found.toString().trimEnd().split("\n").sort();
}

const watched = ["/etc", "/usr/local/lib", "/usr/lib", "/var/lib", "/var/cache/ldconfig", "/srv"].filter(
  existsSync,
);

const state = "/var/lib/knetctl";

/** The trees that are watched, without knetctl's own. */
function watchedTree(): readonly string[] {
  return treeOf(...watched).filter((line) => !line.startsWith(state));
}

/** What a failed proof must have left alone; `kept`: what knetctl keeps of it for itself. */
async function untouched(t: Test, failing: () => Promise<void>, kept: readonly string[] = []): Promise<void> {
  service.calls();
  const [before, homes] = [watchedTree(), readdirSync("/run")];
  const start = service.start();
  await failing();
  same(t, watchedTree(), before, "byte for byte and inode for inode");
  t.strictSame(
    readdirSync("/run").filter((name) => name !== "knetctl"),
    homes.filter((name) => name !== "knetctl"),
  );
  t.same([service.calls(), service.start()], [[], start], "the service was left alone");
  t.notOk(existsSync("/var/amplia"));
  t.equal(existsSync(state), kept.length > 0);
  if (existsSync(state)) t.strictSame(readdirSync(state), kept);
  t.match((await knetctl(["history"])).stdout, /^no run of knetctl is recorded yet$/m);
  t.notMatch(readFileSync("/proc/mounts", "utf8"), /knetctl-stage/, "nothing is left mounted");
  rmSync(state, { recursive: true, force: true });
}

const hanging = `${folder}/hanging.so`;
writeFileSync(
  hanging,
  moduleLibrary(`${folder}/build`, "#include <unistd.h>\nint C_GetFunctionList(void) { for (;;) pause(); }"),
);

interface Failure {
  file: string;
  module?: string;
  code: string;
  exitCode: number;
  /** What a probe adds to the module's own words. */
  detail?: RegExp;
}

const failures: Record<string, Failure> = {
  "a wrong PIN": { file: profile("wrong", { pin: "0000" }), code: "smoke-test-failed", exitCode: 1 },
  "a dead member": {
    file: profile("dead", { endpoints: [{ ip: "127.0.0.1", port: 9 }] }),
    code: "smoke-token-unreachable",
    exitCode: 69,
    detail: /\nprobe of 127\.0\.0\.1:9: the connection is refused$/,
  },
  "the TTLV port": {
    file: profile("ttlv", { endpoints: [first!.ttlv] }),
    code: "smoke-token-unreachable",
    exitCode: 69,
    detail: /\nprobe of \S+: this is a TTLV port, and the client needs the HTTPS port$/,
  },
  "a module that hangs": {
    file: profile("hangs"),
    module: hanging,
    code: "smoke-test-failed",
    exitCode: 1,
  },
};

for (const [what, { file, module = simulated, code, exitCode, detail }] of Object.entries(failures))
  for (const verb of ["apply", "rehearse"])
    t.test(`${verb} with ${what}: nothing was changed`, async (t) => {
      install(module);
      logins();
      const remembered = what === "a wrong PIN" ? ["refused-pins.json"] : [];
      const failing = async (): Promise<void> => {
        const failed = await knetctlJson([verb, file, "--timeout", "5", "--no-probe"]);
        t.ok(reportSchema(failed.document), JSON.stringify(reportSchema.errors));
        t.equal(failed.document.outcome, "failed");
        if (verb === "apply") t.equal(failed.document.run, null);
        if (what === "a wrong PIN") t.equal(logins(), 1, "one attempt");
        t.match(
          failed.document.problems.filter(({ severity }) => severity === "error"),
          [{ code, ...(detail && { detail }) }],
        );
        t.equal(failed.exitCode, exitCode, JSON.stringify(failed.document.problems));
      };
      await untouched(t, failing, remembered);
    });

const tried = "/run/knet-installer-was-tried";
const archive = vendorArchive(`${folder}/build`, `touch ${tried}`);

/** A profile with the archive in it, whose install.sh would leave its mark. */
function withArchive(file: string): string {
  const text = readFileSync(file, "utf8");
  const named = file.replace(".yaml", "-archive.yaml");
  writeFileSync(named, `${text}module: { archive: ${archive.path}, sha256: ${archive.sha256} }\n`);
  return named;
}

const early: Record<string, { file: string; code: string }> = {
  "a dead endpoint": { file: failures["a dead member"]!.file, code: "endpoint-refused" },
  "the TTLV port": { file: failures["the TTLV port"]!.file, code: "endpoint-ttlv" },
  "one dead member of two": {
    file: profile("half", { endpoints: [first!.https, { ip: "127.0.0.1", port: 9 }] }),
    code: "endpoint-refused",
  },
};

for (const [what, { file, code }] of Object.entries(early))
  for (const verb of ["apply", "rehearse"])
    t.test(`${verb} finds ${what} before install.sh is tried and before any login`, async (t) => {
      install(simulated);
      logins();
      await untouched(t, async () => {
        const failed = await knetctlJson([verb, withArchive(file)]);
        t.ok(reportSchema(failed.document), JSON.stringify(reportSchema.errors));
        t.match(failed.document.problems, [{ code }, { code: "apply-endpoint-refused" }]);
        t.equal(failed.exitCode, 69);
        t.equal(logins(), 0);
        t.notOk(existsSync(tried));
      });
    });

t.test("and the person is told so in one line", async (t) => {
  install(simulated);
  const { stdout } = await knetctl(["apply", failures["a dead member"]!.file, "--no-probe"]);
  t.match(stdout, /\nfailed: nothing was changed\n$/);
});

let loginsOfOneProof = 0;

t.test("rehearse: says what apply would change and restart, and leaves the host as it is", async (t) => {
  install(simulated);
  await untouched(t, async () => {
    logins();
    const { exitCode, document } = await knetctlJson(["rehearse", profile("right")]);
    loginsOfOneProof = logins();
    t.equal(exitCode, 0, JSON.stringify(document.problems));
    t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
    t.match(document, { outcome: "passed", restarts: ["amplia.service"] });
    t.ok(document.changes.some(({ path }) => path === configFile));
    t.ok(document.smoke.tokens[0]?.checks.some(({ id, status }) => id === "sign-ec" && status === "pass"));
    const { stdout } = await knetctl(["rehearse", profile("right")]);
    t.match(stdout, /apply would work: \d+ changes; it would restart amplia\.service; nothing was changed/);
  });
});

t.test("apply --dry-run is plan", async (t) => {
  const file = profile("right");
  await untouched(t, async () => {
    const [planned, dry] = [await knetctl(["plan", file]), await knetctl(["apply", "--dry-run", file])];
    t.same([dry.exitCode, dry.stdout], [2, planned.stdout]);
  });
});

t.test("what was proven is made, the service starts with it, and the time is told", async (t) => {
  logins();
  const { exitCode, document, stderr } = await knetctlJson(["apply", profile("right")]);
  t.equal(
    logins(),
    loginsOfOneProof,
    "what is on the host is compared with what was proven, without a login",
  );
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.equal(document.outcome, "applied");
  t.same(service.calls(), ["reset-failed amplia.service", "restart amplia.service"]);
  const events = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; kind?: string });
  const at = (type: string): number => events.findIndex((event) => event.type === type);
  t.ok(at("staging-done") < at("proof-done") && at("proof-done") < at("change-started"), "proven first");
  t.equal(events.filter(({ type }) => type === "proof-started").length, 1, "and once");
  t.type((document as { exposure_ms?: number }).exposure_ms, "number");
  t.comment(`exposure_ms ${String((document as { exposure_ms?: number }).exposure_ms)}`);
  const home = lstatSync("/var/amplia");
  t.equal(home.uid, Number(execFileSync("id", ["-u", "amplia"]).toString()));
});

t.test(
  "ha: an edit whose proof fails changes neither config.json nor the profile, and restarts nothing",
  async (t) => {
    const file = profile("two", { endpoints: [first!.https, second!.https] });
    const made = await knetctlJson(["apply", file]);
    t.equal(made.exitCode, 0, JSON.stringify(made.document.problems));
    service.calls();
    writeFileSync(`${folder}/two.pin`, "0000");
    const texts = (): readonly string[] => [configFile, file].map((one) => readFileSync(one, "utf8"));
    const before = texts();
    const [one] = [first, second].map((member) => `${member!.https.ip}:${member!.https.port}`);
    for (const verb of ["remove", "promote"]) {
      const member = verb === "remove" ? one! : `${second!.https.ip}:${second!.https.port}`;
      const edit = ["ha", verb, "hsm_1", member, "--profile", file, "--yes", "--retry-pin"];
      const failed = await knetctlJson(edit);
      t.match(failed.document, { run: null, outcome: "failed" }, JSON.stringify(failed.document.problems));
      t.same(texts(), before);
      t.same(service.calls(), []);
    }
  },
);

t.test("a signal while a stage is opened is not taken for a want of stages", async (t) => {
  const controller = new AbortController();
  const staging = Staging.of(realHost(path("/")), controller.signal);
  const opened = staging.open();
  controller.abort();
  await t.rejects(opened, { code: "interrupted" });
  t.equal(staging.none, undefined);
  t.notMatch(readFileSync("/proc/mounts", "utf8"), /knetctl-stage/);
});
