import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const licenceFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
/** Files of a package that are compiled into the program and begin with a licence of their own. */
const headers = { pkcs11js: ["includes/pkcs11/pkcs11.h"] };
const line = "=".repeat(110);

/**
 * The text of THIRD-PARTY-NOTICES.txt: of each package (`name`, `version`, `license`, `folder`) the licence,
 * and those of what is in it. Throws for a package without a licence's text.
 */
export function noticesOf(packages) {
  const start =
    "knetctl contains parts of the packages below, under the licences that follow. knetctl itself is\n" +
    "under the licence in the file LICENSE.\n";
  return [start, ...packages.map((one) => section(one, licenceTexts(one)))].join("\n");
}

/**
 * The same text for a package that carries Node, with the licence that came with that Node. `changed`: what
 * was changed in that Node, if anything was.
 */
export function noticesWithNode(notices, { version, licenseText, changed }) {
  if (!licenseText.includes("Node.js is licensed for use as follows"))
    throw new Error("this is not the licence of Node");
  const node = { name: "node", version, license: "MIT, and those of the libraries in it" };
  const note = changed === undefined ? [] : [`Changed for knetctl's packages: ${changed}.`];
  return [notices, section(node, [...note, licenseText])].join("\n");
}

function section({ name, version, license }, texts) {
  return [line, `${name} ${version} (${license})`, line, "", ...texts.map((text) => `${text.trim()}\n`)].join(
    "\n",
  );
}

function licenceTexts({ name, version, folder }) {
  const files = readdirSync(folder).filter((file) => licenceFile.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n"));
  if (texts.join("").trim() === "")
    throw new Error(`${name} ${version} comes without the text of its licence`);
  return [...texts, ...(headers[name] ?? []).map((file) => licenceAtTop(join(folder, file)))];
}

/** The comment at a C file's top that grants the licence. */
function licenceAtTop(file) {
  const comments = readFileSync(file, "utf8").match(/\/\*[\s\S]*?\*\//g) ?? [];
  const granting = comments.find((comment) => /\blicen[cs]e\b.*\bgranted\b/i.test(comment));
  if (granting === undefined) throw new Error(`${file} no longer begins with its licence`);
  return `${basename(file)}:\n\n${granting.replace(/^\/\*|\*\/$/g, "").replace(/^ \* ?/gm, "")}`;
}
