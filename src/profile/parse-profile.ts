import type { AbsolutePath } from "../host/path.js";
import type { Problem } from "../problem/problem.js";
import { buildProfile } from "./build-profile.js";
import { checkConnections } from "./checks/connections.js";
import { checkPaths } from "./checks/paths.js";
import { schemaFindings } from "./checks/schema.js";
import { checkSharedDescriptors, checkStrayPins } from "./checks/secrets.js";
import { checkEnvironment, checkLogVerbosity, checkService } from "./checks/service.js";
import { checkUsers } from "./checks/users.js";
import { type Finding, isError, toProblems } from "./finding.js";
import { checkConsumers } from "./consumers/check-consumers.js";
import { checkKeyStores } from "./key-stores/check-key-stores.js";
import type { ProfileDocument } from "./reading/read-profile.js";
import { type Anchor, entryOf, textOf, type TreeNode } from "./reading/tree.js";
import type { Profile } from "./types.js";

export interface ParsedProfile {
  /** Absent when one of the problems is an error. */
  readonly profile?: Profile;
  /**
   * Errors and warnings, in the order of the text; if there are very many, the first ones, and a last one
   * that says how many more there are.
   */
  readonly problems: readonly Problem[];
}

/**
 * Checks a profile against its schema and the rules between its parts, and finds all problems in one go, each
 * once. Relative paths in the profile start from `folder`. Pure.
 */
export function parseProfile(document: ProfileDocument, folder: AbsolutePath): ParsedProfile {
  const { source, root } = document;
  const findings = profileFindings(document);
  const problems = toProblems(findings, source);
  return findings.some(isError)
    ? { problems }
    : { profile: buildProfile(root, source.name, folder), problems };
}

/** All that is wrong, each with its place in the tree; in no order. */
export function profileFindings({
  source,
  root,
  findings: readingFindings,
}: ProfileDocument): readonly Finding[] {
  const bySchema = schemaFindings(root);
  const findings = eachOnce([
    ...readingFindings,
    ...checkRules(root, source.name === "-"),
    ...(bySchema ?? []),
  ]);
  if (!findings.some(isError) && bySchema) findings.push(againstSchema(root));
  return findings;
}

function checkRules(root: TreeNode, fromInput: boolean): readonly Finding[] {
  return [
    ...checkStrayPins(root),
    ...checkConnections(root),
    ...checkUsers(root),
    ...checkSharedDescriptors(root, fromInput),
    ...checkLogVerbosity(root),
    ...checkPaths(root),
    ...checkService(root),
    ...checkProof(root),
    ...checkEnvironment(root),
    ...checkKeyStores(root),
    ...checkConsumers(root),
  ];
}

/** A proof that asks for what it forbids. */
function checkProof(root: TreeNode): readonly Finding[] {
  const proof = entryOf(root, "proof")?.value;
  const level = entryOf(proof, "at_least");
  const rule = entryOf(proof, "existing_keys");
  if (textOf(level?.value) !== "signed-existing-key" || textOf(rule?.value) !== "list" || rule === undefined)
    return [];
  return [
    {
      code: "profile-value-invalid",
      title: "at_least signed-existing-key asks for what existing_keys list forbids",
      anchor: rule.value,
      detail: "a key that is only listed signs nothing",
      hint: "ask for less, such as at_least: signed-session-key, or let the keys that are there sign",
    },
  ];
}

/**
 * One error for each place: the first, in the order of who knows most (reading, rules, schema). A missing key
 * has no place itself and is always reported.
 */
function eachOnce(findings: readonly Finding[]): Finding[] {
  const spoken = new Set<Anchor>();
  return findings.filter((finding) => {
    if (!isError(finding) || finding.code === "profile-key-missing") return true;
    if (spoken.has(finding.anchor)) return false;
    spoken.add(finding.anchor);
    return true;
  });
}

/** What the schema refuses is refused, even if no check can explain it better. */
function againstSchema(anchor: Anchor): Finding {
  return {
    code: "profile-value-invalid",
    title: "profile does not match its schema",
    anchor,
    hint: "compare it with knetctl schema profile",
  };
}
