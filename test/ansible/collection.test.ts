import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { page, snippetsOf } from "../docs/pages.js";
import { ansible, collection, filesBelow, installCollection } from "../support/ansible.js";

const clone = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "knetctl-collection-"));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});
const installed = installCollection(folder);
/** Before Ansible has compiled any of them. */
const files = [...filesBelow(installed).keys()];
const modules = readdirSync(join(collection, "plugins/modules"))
  .filter((name) => name.endsWith(".py"))
  .map((name) => name.slice(0, -3));

interface Option {
  readonly type?: string;
  readonly elements?: string;
  readonly default?: unknown;
  readonly choices?: readonly unknown[];
  readonly required?: boolean;
  readonly description?: string | readonly string[];
}

type Options = Readonly<Record<string, Option>>;

interface Documented {
  readonly doc: {
    readonly options: Options;
    readonly description: readonly string[];
    short_description: string;
  };
  readonly examples: string;
  readonly return: Options;
}

interface Task {
  readonly name: string;
  readonly [key: string]: unknown;
}

const json = async (...args: readonly string[]): Promise<unknown> => {
  const { exitCode, stdout, stderr } = await ansible("ansible-doc", ["--json", ...args], { folder });
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

const [docs, roles, built] = await Promise.all([
  json(...modules.map((name) => `knetctl.knet.${name}`)) as Promise<Record<string, Documented>>,
  json("--type", "role", "knetctl.knet.knetctl") as Promise<
    Record<string, { entry_points: { main: { options: Options } } }>
  >,
  ansible("ansible-galaxy", ["collection", "build", installed, "--output-path", folder], { folder }),
]);
const docOf = (name: string): Documented => docs[`knetctl.knet.${name}`]!;
const roleOptions = roles["knetctl.knet.knetctl"]!.entry_points.main.options;

t.test("it has the program's version, and ansible-galaxy builds it from all that is in it", (t) => {
  const { version } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as { version: string };
  t.equal(built.exitCode, 0, built.stderr);
  const archive = join(folder, `knetctl-knet-${version}.tar.gz`);
  const inArchive = execFileSync("tar", ["--list", "--verbose", "-zf", archive], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.startsWith("-"))
    .map((line) => line.replace(/.* /, ""));
  const left = /^(galaxy\.yml|tests\/.*|\.ansible-lint|\.yamllint)$/;
  const expected = ["FILES.json", "MANIFEST.json", ...files.filter((name) => !left.test(name))];
  t.strictSame(inArchive.toSorted(), expected.toSorted());
  t.end();
});

t.test("what ansible-doc shows of a module's options is what the module takes", (t) => {
  const specs = JSON.parse(
    execFileSync("/usr/bin/python3", [join(clone, "test/fixtures/ansible/argument_specs.py"), ...modules], {
      env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
      encoding: "utf8",
    }),
  ) as Record<string, Options>;
  t.strictSame(modules, ["apply", "ha", "info", "settled", "verify"]);
  for (const name of modules) t.strictSame(bare(docOf(name).doc.options), bare(specs[name]!), name);
  t.end();
});

/** What an option is, without what is said of it. */
function bare(options: Options): unknown {
  return Object.fromEntries(
    Object.entries(options)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { type = "str", elements, default: value, choices, required = false }]) => [
        name,
        { type, elements, default: value ?? undefined, choices, required },
      ]),
  );
}

t.test("no text of the documentation was cut off, by a # that YAML takes for a comment", (t) => {
  for (const name of modules) {
    const { doc, return: values } = docOf(name);
    const described = [...Object.values(doc.options), ...Object.values(values), doc];
    for (const text of described.flatMap(({ description = [] }) => description)) t.match(text, /\.$/, name);
    t.notMatch(doc.short_description, /PKCS$/);
  }
  for (const { description = [] } of Object.values(roleOptions)) {
    for (const text of [description].flat()) t.match(text, /\.$/);
  }
  t.end();
});

t.test("the role's defaults are those that are documented, of all of its variables", (t) => {
  const defaults = parse(readFileSync(join(collection, "roles/knetctl/defaults/main.yml"), "utf8")) as object;
  t.strictSame(
    new Map(Object.entries(defaults)),
    new Map(Object.keys(defaults).map((name) => [name, roleOptions[name]?.default])),
  );
  t.strictSame(Object.keys(roleOptions).toSorted(), Object.keys(defaults).toSorted());
  t.end();
});

t.test("docs/ansible.md names every variable of the role, and the collection's page every module", (t) => {
  const text = page("docs/ansible.md").text;
  const unnamed = Object.keys(roleOptions).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  t.strictSame(unnamed, []);
  const readme = readFileSync(join(collection, "README.md"), "utf8");
  t.strictSame(
    modules.filter((name) => !readme.includes(`module \`${name}\``)),
    [],
  );
  t.end();
});

t.test(
  "playbooks and tasks of docs/ansible.md and of the examples are what Ansible and the modules take",
  async (t) => {
    const snippets = snippetsOf(page("docs/ansible.md"));
    const textsOf = (kind: string): readonly string[] =>
      snippets.filter(({ info }) => info === `yaml ${kind}`).map(({ text }) => text);
    const tasks = [...textsOf("tasks"), ...modules.map((name) => docOf(name).examples)];
    const plays = [...textsOf("playbook"), ...tasks.map((text) => inPlay(text))];
    t.ok(plays.length > 6);
    mkdirSync(join(folder, "plays"));
    const playbooks = plays.map((text, index) => {
      const file = join(folder, "plays", `${index}.yml`);
      writeFileSync(file, text);
      return file;
    });
    const { exitCode, stderr } = await ansible(
      "ansible-playbook",
      ["--syntax-check", "-i", "signers,", ...playbooks],
      { folder },
    );
    t.equal(exitCode, 0, stderr);
    for (const task of tasks.flatMap((text) => parse(text) as Task[]))
      t.strictSame(unknownIn(task), [], task.name);
    t.strictSame(
      textsOf("vars")
        .flatMap((text) => Object.keys(parse(text) as object))
        .filter((name) => !(name in roleOptions)),
      [],
    );
  },
);

function inPlay(tasks: string): string {
  return `- name: Tasks\n  hosts: all\n  tasks:\n${tasks.replace(/^(?=.)/gm, "    ")}\n`;
}

/** The options of a task that its module does not have. */
function unknownIn(task: Task): readonly string[] {
  return Object.entries(task).flatMap(([key, options]) => {
    const known = docs[key]?.doc.options;
    return known === undefined ? [] : Object.keys(options ?? {}).filter((name) => !(name in known));
  });
}
