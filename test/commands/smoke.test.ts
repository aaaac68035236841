import { chmodSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t, { test } from "tap";
import { smoke, type SmokeArguments } from "../../src/commands/run/smoke.js";
import { path } from "../../src/host/path.js";
import { buildWorker } from "../support/build-worker.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";
import { softTokens, userPin } from "../support/soft-token.js";

const worker = await buildWorker();
const soft = softTokens("ca_signer");

t.teardown(() => {
  worker.remove();
  soft.remove();
});

function pinFile(name: string, content: string, mode = 0o600): string {
  const file = join(soft.folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return name;
}

function run(args: Partial<SmokeArguments>, json = false, verbose = false, isRoot = false) {
  const recorded = recordedContext({ workingFolder: path(soft.folder), json, verbose });
  const host = new MemoryHost({ users: [{ user: "root", uid: 0, gid: 0, home: path("/root") }] });
  const context = {
    ...recorded.context,
    isRoot,
    programFolder: path(dirname(worker.path)),
    host: () => Promise.resolve(host),
  };
  const env = [`SOFTHSM2_CONF=${soft.environment["SOFTHSM2_CONF"] ?? ""}`];
  return {
    recorded,
    exitCode: smoke({ module: soft.module, tokenLabel: "ca_signer", env, ...args }, context),
  };
}

test("a table on standard output, notes beside it, the PIN in neither, exit code 0", async (t) => {
  const { recorded, exitCode } = run({ pinFile: pinFile("pin", `${userPin}\n`) }, false, true);
  t.equal(await exitCode, 0);
  t.match(recorded.results, [/\nverdict: token "ca_signer": signed with a key made in the session$/]);
  t.match(recorded.results, [
    /^token "ca_signer" .*\ncheck +status +ms +detail\nload +pass[^]*\nlogin +pass[^]*\nfinalize +pass/,
  ]);
  t.match(recorded.notes, [/removed one trailing line break/]);
  t.notMatch(JSON.stringify(recorded), userPin);
});

test("--json is one document of tokens and problems", async (t) => {
  const { recorded, exitCode } = run({ pinFile: pinFile("pin", userPin), as: "root" }, true);
  t.equal(await exitCode, 0);
  t.strictSame(recorded.results, []);
  t.match(recorded.documents, [
    {
      tokens: [
        {
          label: "ca_signer",
          proven: "signed-session-key",
          keys: [],
          checks: [{ id: "load", status: "pass" }],
        },
      ],
      verdict: 'token "ca_signer": signed with a key made in the session',
      problems: [],
    },
  ]);
});

test("a wrong PIN is exit code 1 and shows what to do", async (t) => {
  const { recorded, exitCode } = run({ pinFile: pinFile("wrong", "pin-wrong-5") });
  t.equal(await exitCode, 1);
  t.match(recorded.results, [/login +fail .*CKR_PIN_INCORRECT\n {2}hint: /]);
  t.notMatch(JSON.stringify(recorded), "pin-wrong-5");
});

test("without a PIN, a label or a serial number: the only token, publicly", async (t) => {
  const { recorded, exitCode } = run({ tokenLabel: undefined });
  t.equal(await exitCode, 0, "SoftHSM always offers one more slot, which only waits to be made a token");
  t.match(recorded.results, [
    /^token "ca_signer" [^]*\nsignature +warn [^]*nothing was signed[^]*\nverdict: .* nobody logged in$/,
  ]);
  t.match(recorded.notes, [/no PIN was given/]);
});

test("what is asked for wrongly is refused before the module is loaded", async (t) => {
  const wrong: readonly (readonly [Partial<SmokeArguments>, string])[] = [
    [{ timeout: 0 }, "usage-invalid"],
    [{ timeout: Number.NaN }, "usage-invalid"],
    [{ env: ["NO_VALUE"] }, "usage-invalid"],
    [{ pinFile: "pin", pinPrompt: true }, "usage-invalid"],
    [{ module: "" }, "smoke-module-relative"],
    [{ removeLeftovers: "ca", pinFile: pinFile("leftovers", userPin) }, "smoke-label-foreign"],
    [{ removeLeftovers: "knetctl-smoke-0123456789ab" }, "usage-invalid"],
    [{ as: "no-such-user" }, "account-missing"],
    [{ pinFile: pinFile("open", userPin, 0o644) }, "pin-file-exposed"],
    [{ pinFile: "../missing" }, "pin-file-missing"],
  ];
  for (const [args, code] of wrong) await t.rejects(run(args).exitCode, { code });
});

test("as root it says that the module runs as root, unless that was asked for", async (t) => {
  const asRoot = run({}, false, false, true);
  t.equal(await asRoot.exitCode, 0);
  t.match(asRoot.recorded.problems, [{ code: "smoke-as-root", severity: "warning", hint: /--as USER/ }]);
  for (const { recorded, exitCode } of [run({ as: "root" }, false, false, true), run({})]) {
    await exitCode;
    t.notOk(recorded.problems.some(({ code }) => code === "smoke-as-root"));
  }
});

test("a relative module path starts at the working folder", async (t) => {
  const { recorded, exitCode } = run({ module: "./none.so" });
  t.equal(await exitCode, 1);
  t.match(recorded.results, [`${soft.folder}/none.so was not found`]);
});
