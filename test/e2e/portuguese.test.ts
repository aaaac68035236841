import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import t, { type Test } from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { copyProgram, knetctl } from "../support/knetctl.js";
import { keys, onTerminal } from "../support/terminal.js";

await ensureSandbox(import.meta.filename);

const folder = "/root/portuguese";
mkdirSync(folder, { mode: 0o700 });

function file(name: string, text: string): string {
  writeFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

const wrong = file(
  "wrong.yaml",
  `connections:
  hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 99999 }] }
  unused: { endpoints: [{ ip: 10.1.2.300, port: 60161 }] }
users:
  ca_signer: { connection: hsm_2 }
  tsa_signer: { connection: hsm_1, pin: { file: relative } }
service: { user: amplia, unit: amplia }
keystores: {}
`,
);
writeFileSync(`${folder}/ca.pin`, "not sent to anybody", { mode: 0o600 });
const refused = file(
  "refused.yaml",
  `connections:
  hsm_1: { endpoints: [{ ip: 127.0.0.1, port: 1 }] }
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/ca.pin } }
service: { user: root-less, create: true, home: /var/root-less }
`,
);

const portuguese = { env: { LC_ALL: "pt_BR.UTF-8" } };

/** Words that are in nearly every English line, and in no Portuguese one. */
const english = /\b(?:the|is|are|not|of|and|or|with|was|has|to|it|this|nothing|cannot)\b/;

/** Lines that are still English, without what is typed and quoted. */
function leftEnglish(text: string): readonly string[] {
  return text
    .replaceAll(/\[[a-z0-9-]+\]|"[^"\n]*"|`[^`\n]*`|\/\S+/g, "")
    .split("\n")
    .filter((line) => english.test(line));
}

async function inBoth(
  t: Test,
  args: readonly string[],
): Promise<{ readonly said: string; readonly english: string }> {
  const [other, asked, plain, back] = await Promise.all([
    knetctl(args, portuguese),
    knetctl(["--lang", "pt-BR", ...args], { env: { LC_ALL: "en_US.UTF-8" } }),
    knetctl(args, { env: { LC_ALL: "C.UTF-8" } }),
    knetctl([...args, "--lang=en"], portuguese),
  ]);
  t.strictSame(asked, other, "--lang is as the environment");
  t.strictSame(back, plain, "--lang=en is English, whatever the environment");
  t.equal(other.exitCode, plain.exitCode);
  const [said, english] = [other.stdout + other.stderr, plain.stdout + plain.stderr];
  const codes = (text: string): readonly string[] => text.match(/\[[a-z]+(?:-[a-z0-9]+)+\]/g) ?? [];
  t.strictSame(codes(said), codes(english), "codes stay");
  t.strictSame(leftEnglish(said), []);
  return { said, english };
}

t.test("a profile's problems, a plan, and an apply that fails", async (t) => {
  const { said } = await inBoth(t, ["validate", wrong]);
  t.match(said, /^erro: .* \[profile-port-invalid\]\n {2}em \S+:2:\d+\n {4}.*99999.*\n {2}dica: /m);
  const plan = await inBoth(t, ["plan", refused]);
  t.match(plan.said, "alterações");
  const apply = await inBoth(t, ["apply", refused]);
  t.match(apply.said, /^erro: nada foi tentado nem alterado: .*\[apply-endpoint-refused\]$/m);
});

t.test("help, and what is wrong with a line", async (t) => {
  for (const args of [["--help"], ["apply", "--help"], ["ha", "add", "--help"], ["init", "--help"]])
    await inBoth(t, args);
  t.match(
    (await inBoth(t, ["aply"])).said,
    /^erro: .*"aply" \[usage-invalid\]\n {2}dica: você quis dizer apply\?/,
  );
  await inBoth(t, ["plan", "--no-such-option", wrong]);
  const { exitCode, stderr } = await knetctl(["plan", wrong, "--lang", "fr"]);
  t.equal(exitCode, 64);
  t.match(stderr, '--lang is one of pt-BR or en, not "fr"');
});

t.test("JSON, formats and completion stay, byte for byte", async (t) => {
  for (const args of [
    ["validate", wrong, "--json"],
    ["plan", refused, "--json"],
    ["validate", wrong, "--format", "sarif"],
    ["validate", wrong, "--format", "github"],
    ["history", "--json"],
    ["render", refused],
    ["schema"],
    ["--complete", "plan", "--"],
  ]) {
    const [other, plain] = [await knetctl(args, portuguese), await knetctl(args)];
    t.equal(other.stdout, plain.stdout, args.join(" "));
    t.equal(other.exitCode, plain.exitCode);
  }
});

t.test("English reads nothing of Portuguese, and does not need it", async (t) => {
  const program = copyProgram(`${folder}/program`);
  rmSync(`${program}/language-pt-br.cjs`);
  const whole = await knetctl(["validate", wrong]);
  t.strictSame(await knetctl(["validate", wrong], { program }), whole);
  t.strictSame(await knetctl(["validate", wrong], { program, ...portuguese }), whole, "English is spoken");
});

t.test("accents are left out where the locale cannot show them", async (t) => {
  const { stdout } = await knetctl(["apply", "--help"], { env: { LC_ALL: "pt_BR.ISO-8859-1" } });
  t.match(stdout, "Opcoes:");
  t.notMatch(stdout, /[^\n -~]/);
});

t.test("init asks in Portuguese", async (t) => {
  const terminal = onTerminal(["init"], folder, { LANG: "pt_BR.UTF-8" });
  await terminal.shows("Nada é gravado antes da última pergunta.");
  await terminal.shows("O pacote do fabricante");
  terminal.type(keys.interrupt);
  t.equal(await terminal.exitCode, 130);
  t.match(terminal.shown(), "interrompido antes da última pergunta; nada foi gravado");
});
