import type * as Yaml from "yaml";
import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from "yaml";
import { boundedTokens, lexemeLimit } from "./yaml-depth.js";
import { syntaxFindings, tooDeep, type Reading } from "./reading.js";
import type { Finding } from "./finding.js";
import { YamlTree } from "./yaml-tree.js";
import { syntaxErrorOf } from "./yaml-syntax.js";

/**
 * Text that is neither number nor word with a meaning is told by its first character, before the library
 * tries eight patterns on it.
 */
const plainText: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^[^-+.\d~nNtTfF]/,
  resolve: (text) => text,
};

/**
 * Duplicate keys are looked for in the tree, in linear time; the library compares each key with all others.
 */
const options: DocumentOptions & SchemaOptions & ParseOptions = {
  customTags: (tags) => [plainText, ...tags],
  uniqueKeys: false,
  stringKeys: true,
  strict: true,
  merge: false,
  prettyErrors: false,
  logLevel: "silent",
};

/**
 * One YAML 1.2 document with positions. Refused, each as a finding of its own: aliases (a few lines could
 * stand for millions), tags, merge keys, more than one document, another YAML version, duplicate keys, tabs.
 * Never throws for a text.
 */
export async function readYaml(text: string): Promise<Reading> {
  const { Lexer, Parser, Composer, isMap, isSeq, isScalar, isAlias } = await import("yaml");
  const bounded = boundedTokens(text, new Lexer(), new Parser());
  if ("tooDeepAt" in bounded) return { findings: [tooDeep(bounded.tooDeepAt)] };
  if ("tooManyAt" in bounded) return { findings: [tooMany(bounded.tooManyAt)] };
  const [document, second] = new Composer(options).compose(bounded.tokens, true, text.length);
  if (document === undefined) return { findings: [] };
  const findings: Finding[] = syntaxFindings(text, document.errors.map(syntaxErrorOf));
  if (second) findings.push(secondDocument(second.range[0]));
  if (document.directives.yaml.version !== "1.2") findings.push(otherVersion());
  if (findings.length > 0 || document.contents === null) return { findings };
  const tree = new YamlTree(findings, { isMap, isSeq, isScalar, isAlias });
  return { root: tree.convert(document.contents, false), findings };
}

function tooMany(offset: number): Finding {
  return {
    code: "profile-too-large",
    title: "profile is too large for YAML",
    anchor: { offset },
    detail: `it has more than ${lexemeLimit} words, signs and blanks; this is where they are reached`,
    hint: "write it as JSON, which takes far less time to read",
  };
}

/** The type guards of the library, which is loaded only when a profile is YAML. */
export type YamlGuards = Pick<typeof Yaml, "isMap" | "isSeq" | "isScalar" | "isAlias">;

function secondDocument(offset: number): Finding {
  return {
    code: "profile-many-documents",
    title: "more than one YAML document in the file",
    anchor: { offset },
    hint: "keep one profile a file; remove the line --- or ... and what follows",
  };
}

function otherVersion(): Finding {
  return {
    code: "profile-yaml-version",
    title: "profile asks for another version of YAML than 1.2",
    anchor: { offset: 0 },
    hint: "remove the line that starts with %YAML",
  };
}
