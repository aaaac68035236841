import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { report as reportSchema } from "../../src/generated/validate-report.js";
import { userStates } from "../../src/simulator/user-directory.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl } from "../support/knetctl.js";
import { markedPin } from "../support/marked-pin.js";
import { threeMembers } from "../support/members.js";
import { quickPinHashesIn } from "../support/quick-pin-hashes.js";
import { softTokens } from "../support/soft-token.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/refused-pins";
mkdirSync(folder, { mode: 0o700 });
const members = await threeMembers(folder);
const { cluster } = members;
t.teardown(() => cluster.stop());

/** Wrong PINs that the members were given since the last question. */
let wrong = 0;
const logIn = cluster.directory.logIn.bind(cluster.directory);
cluster.directory.logIn = (name, password) => {
  const isRight = logIn(name, password);
  if (!isRight) wrong += 1;
  return isRight;
};
function wrongPins(): number {
  const count = wrong;
  wrong = 0;
  return count;
}

const profile = members.profileOf(0, 1);
const pinFile = `${folder}/ca_signer.pin`;
const right = readFileSync(pinFile, "utf8");
const marked = markedPin("plain");
const record = "/var/lib/knetctl/refused-pins.json";
const [first, second, third] = cluster.endpoints.map(({ https }) => `${https.ip}:${https.port}`);

/** Every command that logs in, each with a result that depends on that login. */
const verbs: Record<string, readonly string[]> = {
  apply: ["apply", profile],
  "apply --in-place": ["apply", "--in-place", profile],
  rehearse: ["rehearse", profile],
  verify: ["verify", profile],
  smoke: [
    "smoke",
    "--module=libkNETPKCS11.so",
    "--as=amplia",
    "--token-label=ca_signer",
    "--pin-file",
    pinFile,
  ],
  "ha prove": ["ha", "prove", "--profile", profile, "--user=ca_signer"],
  "ha drill": ["ha", "drill", "--profile", profile, "--user=ca_signer"],
  "ha add": ["ha", "add", "hsm_1", third!, "--profile", profile, "--yes"],
  "ha promote": ["ha", "promote", "hsm_1", second!, "--profile", profile, "--yes"],
  "ha set": ["ha", "set", "hsm_1", first!, third!, "--profile", profile, "--yes"],
  "ha remove": ["ha", "remove", "hsm_1", second!, "--profile", profile, "--yes"],
};

const quick = quickPinHashesIn(folder);

/** Runs it with --json, and gives the document as a text. */
async function ran(
  t: Test,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number; said: string }> {
  const { exitCode, stdout, stderr } = await knetctl([...words, "--json"], { env });
  const document: unknown = JSON.parse(stdout);
  t.ok(reportSchema(document), JSON.stringify(reportSchema.errors));
  t.strictSame(marked.formsIn(Buffer.from(stdout + stderr)), []);
  return { exitCode, said: stdout };
}

function forget(): void {
  rmSync(record, { force: true });
  cluster.directory.unlock("ca_signer");
}

// the same members as the host has, so that there is nothing to change and the proof alone decides
t.before(async () => {
  const applied = await knetctl(["apply", profile]);
  if (applied.exitCode !== 0) throw new Error(applied.stderr);
  writeFileSync(pinFile, marked.text);
  wrongPins();
});

t.test("a pipeline in a loop: one attempt, and nobody is locked out", async (t) => {
  for (let round = 0; round < 5; round++) {
    const { exitCode, said } = await ran(t, verbs["apply"]!);
    t.equal(exitCode, 1);
    t.match(said, round === 0 ? /CKR_PIN_INCORRECT/ : /"code": "pin-refused-before"/);
  }
  t.equal(wrongPins(), 1);
  t.equal(cluster.directory.state("ca_signer"), userStates.countLow, "two of three attempts are left");
  t.strictSame(marked.formsIn(readFileSync(record)), []);
  const { mode, uid, gid } = lstatSync(record);
  t.strictSame([mode & 0o7777, uid, gid], [0o600, 0, 0]);
});

t.test("--strict: what looks like more than a PIN is refused before any login", async (t) => {
  writeFileSync(pinFile, `"${right}"`);
  for (const [name, words] of Object.entries(verbs)) {
    const { exitCode, said } = await ran(t, [...words, "--strict"]);
    t.equal(exitCode, 1, name);
    t.match(said, /"code": "pin-outer-quotes",\s+"severity": "error"/, name);
    t.notMatch(said, right);
  }
  t.equal(wrongPins(), 0);
  writeFileSync(pinFile, marked.text);
});

async function notSent(t: Test, words: readonly string[]): Promise<void> {
  const { exitCode, said } = await ran(t, words, quick);
  t.equal(exitCode, 1, said);
  t.match(said, /refused this PIN on \d{4}-\d\d-\d\d at \d\d:\d\d UTC; it was not sent again/);
  t.match(said, /--retry-pin tries it once more/);
  t.equal(wrongPins(), 0);
}

t.test("from here on, noted and compared with quick hashes", async (t) => {
  forget();
  t.match((await ran(t, verbs["apply"]!, quick)).said, /CKR_PIN_INCORRECT/);
  t.equal(wrongPins(), 1);
});

for (const [name, words] of Object.entries(verbs)) {
  // what each remembers, the next one does not send
  t.test(`${name}: what the command before was refused is not sent; --retry-pin sends it once`, async (t) => {
    // a login before the last that is left is refused in any case
    cluster.directory.unlock("ca_signer");
    await notSent(t, words);
    forget();
    t.match((await ran(t, words, quick)).said, /CKR_PIN_INCORRECT/);
    t.equal(wrongPins(), 1);
    t.match((await ran(t, [...words, "--retry-pin"], quick)).said, /CKR_PIN_INCORRECT/);
    t.equal(wrongPins(), 1);
    t.equal((JSON.parse(readFileSync(record, "utf8")) as { refused: unknown[] }).refused.length, 1);
  });
}

t.test("a person is told in two lines, and the right PIN needs nothing more", async (t) => {
  const { stderr } = await knetctl(verbs["apply"]!, { env: quick });
  t.match(
    stderr,
    /^error: this PIN was not sent to token "ca_signer" again \[pin-refused-before\]\n.*refused this PIN on/m,
  );
  cluster.directory.unlock("ca_signer");
  writeFileSync(pinFile, right);
  t.equal((await knetctl(verbs["apply"]!)).exitCode, 0);
  t.equal(wrongPins(), 0);
});

t.test("the VHSM's user was given that PIN since: --retry-pin once, then without it", async (t) => {
  writeFileSync(pinFile, marked.text);
  const user = cluster.users.find(({ name }) => name === "ca_signer")!;
  const before = user.pin;
  Object.assign(user, { pin: Object.assign(Object.create(before) as object, { reveal: () => marked.text }) });
  t.equal((await knetctl(verbs["apply"]!, { env: quick })).exitCode, 1, "nobody has said so yet");
  const retried = await knetctl([...verbs["ha promote"]!, "--retry-pin"], { env: quick });
  t.equal(retried.exitCode, 0, retried.stderr);
  t.equal((await knetctl(verbs["apply"]!, { env: quick })).exitCode, 0);
  t.equal(wrongPins(), 0);
  t.notOk(existsSync(record), "nothing is left to remember");
  t.ok(
    readdirSync("/var/lib/knetctl").every((name) => !name.startsWith(".")),
    "no temporary is left",
  );
});

t.test("without root, a user's own record is kept in their home; without a home, that is said", async (t) => {
  const [uid, home] = [4711, "/srv/someone"];
  mkdirSync(home);
  const soft = softTokens("one");
  t.teardown(() => {
    soft.remove();
  });
  const program = copyProgram("/srv/knet/dist");
  const addon = "node_modules/pkcs11js";
  cpSync(join(import.meta.dirname, "../..", addon), join("/srv/knet", addon), { recursive: true });
  writeFileSync(`${home}/pin`, marked.text, { mode: 0o600 });
  execFileSync("chown", ["-R", `${uid}:${uid}`, home, soft.folder]);
  const smoke = async (env: Record<string, string>): Promise<string> => {
    const [name, value] = Object.entries(soft.environment)[0]!;
    const words = [
      "smoke",
      "--module",
      soft.module,
      "--pin-file",
      `${home}/pin`,
      "--env",
      `${name}=${value}`,
    ];
    words.push("--token-label=one");
    const { stdout, stderr, exitCode } = await knetctl(words, { uid, program, env });
    t.equal(exitCode, 1, stderr);
    return stdout;
  };
  t.match(await smoke({}), /CKR_PIN_INCORRECT[^]*could not be noted.*HOME/);
  t.match(await smoke({ HOME: "/nonexistent" }), /CKR_PIN_INCORRECT[^]*could not be noted.*HOME/);
  t.match(await smoke({ HOME: home }), /CKR_PIN_INCORRECT/);
  t.match(await smoke({ HOME: home }), /it was not sent again/);
  const { mode, uid: owner } = lstatSync(`${home}/.local/state/knetctl/refused-pins.json`);
  t.strictSame([mode & 0o7777, owner], [0o600, uid]);
  t.match(await smoke({ HOME: home, XDG_STATE_HOME: `${home}/state` }), /CKR_PIN_INCORRECT/);
  t.match(await smoke({ HOME: home, XDG_STATE_HOME: `${home}/state` }), /it was not sent again/);
});
