import type { ProblemJson } from "../problem/problem.js";
import { type Finding, shownFindings, toProblems } from "../profile/finding.js";
import type { ProfileDocument } from "../profile/reading/read-profile.js";
import type { Anchor, TreeNode } from "../profile/reading/tree.js";
import type { Path } from "./data.js";

/** A problem in the program's own words, and the field that it belongs to. */
export interface PlacedProblem extends ProblemJson {
  readonly path: Path;
}

/** The problems of a profile that was read, in the order of its text. */
export function placedProblems(
  findings: readonly Finding[],
  { source, root }: Pick<ProfileDocument, "source" | "root">,
): readonly PlacedProblem[] {
  const places = placesIn(root);
  return shownFindings(findings).flatMap((finding) => {
    const at = places.get(finding.anchor) ?? [];
    return toProblems([finding], source).map((problem) => ({
      ...problem.toJSON(),
      path: finding.code === "profile-key-missing" ? missingAt(at, finding.title) : at,
    }));
  });
}

/** Where findings are, of all that are given. */
export function placesOf(
  findings: readonly Finding[],
  { root }: Pick<ProfileDocument, "root">,
): readonly Path[] {
  const places = placesIn(root);
  return findings.map(({ anchor }) => places.get(anchor) ?? []);
}

/** What is missing has no place in the text; the form has a field for it. */
function missingAt(at: Path, title: string): Path {
  const [, key] = /^(\w+) is missing$/.exec(title) ?? [];
  return key === undefined ? at : [...at, key];
}

function placesIn(root: TreeNode): ReadonlyMap<Anchor, Path> {
  const places = new Map<Anchor, Path>();
  const visit = (node: TreeNode, path: Path): void => {
    places.set(node, path);
    if (node.kind === "list")
      node.items.forEach((item, at) => {
        visit(item, [...path, at]);
      });
    if (node.kind !== "map") return;
    for (const entry of node.entries.values()) {
      const below = [...path, entry.key];
      places.set(entry, below);
      visit(entry.value, below);
    }
  };
  visit(root, []);
  return places;
}
