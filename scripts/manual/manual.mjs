import { readFileSync } from "node:fs";
import { join } from "node:path";
import { declarations } from "./declarations.mjs";
import { profileKeys } from "./profile-keys.mjs";
import { argument, list, literal, ofMarkdown, prose, tableBelow } from "./roff.mjs";

const root = join(import.meta.dirname, "../..");
const read = (file) => readFileSync(join(root, file), "utf8");

/**
 * The pages of the manual by their files' names, in mdoc(7): the program, each of its commands, and the
 * profile. All of it is made from what the commands declare, the profile's schema, and pages of docs/.
 * `date`: seconds since 1970; without it the pages have no date, and the same sources give the same pages.
 */
export async function manualPages({ date }) {
  const commands = await declarations();
  const pages = commands.verbs.flatMap((verb) => [
    [[verb.name], verb],
    ...(verb.verbs ?? []).map((inner) => [[verb.name, inner.name], inner]),
  ]);
  const head = (name, section) => [
    `.Dd${date === undefined ? "" : ` ${dateText(date)}`}`,
    `.Dt ${name.toUpperCase()} ${section}`,
    ".Os",
  ];
  const all = [
    ["knetctl.8", [...head("knetctl", 8), ...programPage(commands)]],
    ...pages.map(([path, one]) => {
      const name = pageOf(path);
      return [`${name}.8`, [...head(name, 8), ...commandPage(commands, path, one)]];
    }),
    ["knetctl.profile.5", [...head("knetctl.profile", 5), ...profilePage()]],
  ];
  return new Map(all.map(([name, lines]) => [name, `${lines.join("\n")}\n`]));
}

/** As mdoc(7) writes it: November 27, 2026. */
function dateText(seconds) {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(seconds * 1000);
}

function pageOf(path) {
  return ["knetctl", ...path].join("-");
}

function programPage(commands) {
  const { verbs, everywhereForms, exitCodes, programPurpose } = commands;
  const firstExamples = verbs.filter((one) => one.verbs === undefined).map(({ examples }) => examples[0]);
  return [
    ...nameOf("knetctl", programPurpose),
    ".Sh SYNOPSIS",
    ".Nm",
    `.Ar ${argument("COMMAND")}`,
    ".Op Ar argument ...",
    ".Sh DESCRIPTION",
    prose(programPurpose),
    "Each command has a page of its own:",
    ...commandList([], verbs),
    ".Pp",
    "These options go with every command:",
    ...optionList(everywhereForms),
    ".Sh ENVIRONMENT",
    ...list(
      tableBelow(read("docs/reference/commands.md"), "Environment").map(([name, what]) => [
        `Ev ${name}`,
        what,
      ]),
    ),
    ".Sh FILES",
    ...list(
      tableBelow(read("docs/reference/files.md"), "Files and rights").map(([path, owner, what]) => [
        `Pa ${argument(path)}`,
        `${what} (${owner})`.replaceAll(", see below", ""),
      ]),
    ),
    ...exitStatus(commands, Object.values(exitCodes)),
    ...examplesOf(firstExamples),
    ...seeAlso([["knetctl.profile", 5]]),
  ];
}

function commandPage(commands, path, one) {
  const { optionForms, exitsOf, declaredText } = commands;
  const said = sectionOf(path.join(" "));
  const name = pageOf(path);
  const group = path.slice(0, -1);
  const related = [["knetctl.profile", 5], [pageOf(group), 8], ...(group.length > 0 ? [["knetctl", 8]] : [])];
  if (one.verbs !== undefined)
    return [
      ...nameOf(name, one.describe),
      ".Sh SYNOPSIS",
      `.Nm knetctl ${one.name}`,
      `.Ar ${argument("COMMAND")}`,
      ".Op Ar argument ...",
      ".Sh DESCRIPTION",
      ...said,
      ...commandList(path, one.verbs),
      ...seeAlso(related),
    ];
  const words = Object.entries(one.words);
  const forms = optionForms(one);
  return [
    ...nameOf(name, one.describe),
    ".Sh SYNOPSIS",
    `.Nm knetctl ${path.join(" ")}`,
    ...(forms.length > 0 ? [".Op Ar options"] : []),
    ...words.map(([word, { array, demandOption }]) => {
      const text = `Ar ${argument(word)}${array === true ? " ..." : ""}`;
      return demandOption === true ? `.${text}` : `.Op ${text}`;
    }),
    ".Sh DESCRIPTION",
    ...said,
    ...(words.length > 0
      ? list(words.map(([word, its]) => [`Ar ${argument(word)}`, declaredText(its)]))
      : []),
    ...(forms.length > 0 ? [".Pp", "The options are as follows:", ...optionList(forms)] : []),
    ".Pp",
    "The options of every command are in",
    ".Xr knetctl 8 .",
    ...exitStatus(commands, exitsOf(one)),
    ...examplesOf(one.examples),
    ...seeAlso(related),
  ];
}

/** What docs/reference/commands.md says of a command before it quotes its help. */
function sectionOf(command) {
  const [, after = ""] = read("docs/reference/commands.md").split(new RegExp(`^#+ \`${command}\`$`, "m"));
  return ofMarkdown(after.split("<!-- generated")[0]).slice(1);
}

function profilePage() {
  const schema = JSON.parse(read("schemas/profile.schema.json"));
  const [, example] = /^```yaml\n([^]*?)^```$/m.exec(read("docs/first-host.md"));
  return [
    ...nameOf("knetctl.profile", "what knetctl puts on a host"),
    ".Sh DESCRIPTION",
    "A profile is a file in YAML or JSON.",
    prose(schema.description),
    ".Pp",
    prose("The keys, with what each holds; NAME stands for a name of your own, [] for each item of a list:"),
    ...list(
      profileKeys(schema).map(({ path, description, holds }) => [
        `Cm ${argument(path)} Pq ${argument(holds)}`,
        description,
      ]),
    ),
    ".Sh EXAMPLES",
    ...literal(example.trimEnd()),
    ...seeAlso([
      ["knetctl", 8],
      ["knetctl-schema", 8],
      ["knetctl-validate", 8],
    ]),
  ];
}

function nameOf(name, what) {
  const text = prose(what).replaceAll("\n", " ").replace(/\.$/, "");
  return [
    ".Sh NAME",
    `.Nm ${name}`,
    `.Nd ${text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`,
  ];
}

function commandList(group, commands) {
  return list(commands.map(({ name, describe }) => [`Xr ${pageOf([...group, name])} 8`, describe]));
}

function optionList(forms) {
  return list(
    forms.map(({ names, isNegatable, value, text }) => {
      const all = names.flatMap((name) => (isNegatable ? [name, name.replace("--", "--no-")] : [name]));
      const typed = all.map((name) => `Fl ${name.slice(1)}`).join(" , ");
      return [value === undefined ? typed : `${typed} Ar ${argument(value)}`, text];
    }),
  );
}

function exitStatus({ exitCodeMeanings }, codes) {
  return [".Sh EXIT STATUS", ...list(codes.map((code) => [String(code), exitCodeMeanings[code]]))];
}

function examplesOf(examples) {
  return [
    ".Sh EXAMPLES",
    ...examples.flatMap(([line, purpose], index) => [
      ...(index === 0 ? [] : [".Pp"]),
      `${prose(purpose)}:`,
      ...literal(line),
    ]),
  ];
}

/** By section, then by name, as mdoc(7) wants them. */
function seeAlso(pages) {
  const sorted = pages.toSorted(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
  return [
    ".Sh SEE ALSO",
    ...sorted.map(
      ([name, section], index) => `.Xr ${name} ${section}${index < sorted.length - 1 ? " ," : ""}`,
    ),
  ];
}
