import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { test } from "tap";
import {
  inOrder,
  since,
  touchedEntries,
  type StagedEntry,
} from "../../../../src/host/installer/staged/compare.js";
import { stateAt } from "../../../../src/host/installer/staged/entry-state.js";
import fc from "../../../support/fast-check.js";
import { scratch } from "../../../support/scratch.js";

type Node = { kind: "file"; content: string; mode: number } | { kind: "link"; target: string };
/** Folders are what its paths need, each of mode 0755. */
type Tree = ReadonlyMap<string, Node>;

const name = fc.constantFrom("a", "a-b", "b", "lib", ".c");
const paths = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
const node: fc.Arbitrary<Node> = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    content: fc.constantFrom("", "one", "two", "three"),
    mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o600),
  }),
  fc.record({ kind: fc.constant("link" as const), target: fc.constantFrom("a", "/lib", "../b") }),
);
const tree: fc.Arbitrary<Tree> = fc
  .array(fc.tuple(paths, node), { maxLength: 12 })
  .map(
    (pairs) =>
      new Map(pairs.filter(([path], at) => !pairs.some(([other], where) => clash(path, other, at, where)))),
  );

/** Whether one would lie in the other, or was there before. */
function clash(path: string, other: string, at: number, where: number): boolean {
  return other.startsWith(`${path}/`) || (path === other && where < at);
}

function make(folder: string, nodes: Tree): void {
  mkdirSync(folder);
  for (const [path, one] of nodes) {
    mkdirSync(dirname(folder + path), { recursive: true });
    if (one.kind === "link") symlinkSync(one.target, folder + path);
    else {
      writeFileSync(folder + path, one.content);
      chmodSync(folder + path, one.mode);
    }
  }
}

/** An upper layer as overlayfs would have it: the folders on the way to what differs, and marks for that. */
function makeUpper(folder: string, before: Tree, after: Tree, copiedUp: readonly string[]): void {
  mkdirSync(folder);
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path)),
  );
  for (const path of [...differing, ...copiedUp]) {
    const names = path.split("/").slice(1);
    for (const [at] of names.entries()) {
      const part = `/${names.slice(0, at + 1).join("/")}`;
      const known = stateAt(folder + part);
      if (known?.kind === "file") break;
      if (known !== null) continue;
      // a folder that is one on both sides is a folder here; all else may be any mark
      const isFolder = [before, after].every((side) =>
        [...side.keys()].some((key) => key.startsWith(`${part}/`)),
      );
      if (isFolder) mkdirSync(folder + part);
      else writeFileSync(folder + part, "");
      if (!isFolder) break;
    }
  }
}

/** Makes the changes in their order, by the means a run has. */
function apply(changes: readonly StagedEntry[], target: string, merged: string): void {
  for (const { path, before, after } of changes) {
    if (before !== null && before.kind !== after?.kind)
      rmSync(target + path, {
        recursive: false,
        force: false,
        ...(before.kind === "folder" && { recursive: true }),
      });
    if (after === null) continue;
    if (after.kind === "folder") {
      if (before?.kind !== "folder") mkdirSync(target + path);
      chmodSync(target + path, after.mode);
    } else {
      rmSync(target + path, { force: true });
      if (after.kind === "link") symlinkSync(readlinkSync(merged + path), target + path);
      else {
        copyFileSync(merged + path, target + path);
        chmodSync(target + path, after.mode);
      }
    }
  }
}

test("what differs is found, and made in its order gives the same tree", (t) => {
  const { folder } = scratch(t);
  fc.assert(
    fc.property(tree, tree, fc.array(paths, { maxLength: 3 }), (before, after, copiedUp) => {
      const at = mkdtempSync(`${folder}/`);
      const [host, merged, upper] = [`${at}/host`, `${at}/merged`, `${at}/upper`];
      make(host, before);
      make(merged, after);
      makeUpper(upper, before, after, copiedUp);
      const layers = [{ covers: "/", upper }];
      const look = (): readonly StagedEntry[] =>
        inOrder(touchedEntries({ host, merged, layers, isLeftOut: () => false }));
      apply(look(), host, merged);
      makeWholeUpper(upper, host, merged);
      const left = look();
      rmSync(at, { recursive: true });
      return left.length === 0;
    }),
    { numRuns: 200 },
  );
  t.end();
});

/** One to which everything was copied up, what was removed as well. */
function makeWholeUpper(upper: string, left: string, right: string): void {
  rmSync(upper, { recursive: true, force: true });
  mkdirSync(upper);
  const both = [left, right].map((side) => new Set(readdirSync(side)));
  for (const one of new Set(both.flatMap((names) => [...names]))) {
    const isFolder = [left, right].every((side) => stateAt(`${side}/${one}`)?.kind === "folder");
    if (isFolder) makeWholeUpper(`${upper}/${one}`, `${left}/${one}`, `${right}/${one}`);
    else writeFileSync(`${upper}/${one}`, "");
  }
}

test("what was done since an earlier look is all that differs between the two", (t) => {
  const { folder } = scratch(t);
  fc.assert(
    fc.property(tree, tree, tree, (first, second, third) => {
      const at = mkdtempSync(`${folder}/`);
      const looks = [second, third].map((merged, number) => {
        const [host, there, upper] = ["host", "merged", "upper"].map((one) => `${at}/${one}${number}`);
        make(host ?? "", first);
        make(there ?? "", merged);
        makeUpper(upper ?? "", first, merged, []);
        return touchedEntries({
          host: host ?? "",
          merged: there ?? "",
          layers: [{ covers: "/", upper: upper ?? "" }],
          isLeftOut: () => false,
        });
      });
      apply(inOrder(since(looks[0] ?? [], looks[1] ?? [])), `${at}/merged0`, `${at}/merged1`);
      makeWholeUpper(`${at}/upper0`, `${at}/merged0`, `${at}/merged1`);
      const left = inOrder(
        touchedEntries({
          host: `${at}/merged0`,
          merged: `${at}/merged1`,
          layers: [{ covers: "/", upper: `${at}/upper0` }],
          isLeftOut: () => false,
        }),
      );
      rmSync(at, { recursive: true });
      return left.length === 0;
    }),
    { numRuns: 100 },
  );
  t.end();
});

test("an opaque folder, made anew in place of one of the host's, hides what that held", (t) => {
  const { folder } = scratch(t);
  make(`${folder}/host`, new Map([["/d/old", { kind: "file", content: "old", mode: 0o644 }]]));
  make(`${folder}/merged`, new Map([["/d/new", { kind: "file", content: "new", mode: 0o644 }]]));
  make(`${folder}/upper`, new Map([["/d/new", { kind: "file", content: "new", mode: 0o644 }]]));
  const found = touchedEntries({
    host: `${folder}/host`,
    merged: `${folder}/merged`,
    layers: [{ covers: "/", upper: `${folder}/upper` }],
    isLeftOut: () => false,
  });
  t.match(inOrder(found), [
    { path: "/d/old", after: null },
    { path: "/d/new", before: null },
  ]);
  t.end();
});

test("what is left out is not looked at, nor what lies below", (t) => {
  const { folder } = scratch(t);
  make(`${folder}/host`, new Map());
  make(`${folder}/merged`, new Map([["/own/x", { kind: "file", content: "", mode: 0o644 }]]));
  make(`${folder}/upper`, new Map([["/own/x", { kind: "file", content: "", mode: 0o644 }]]));
  const found = touchedEntries({
    host: `${folder}/host`,
    merged: `${folder}/merged`,
    layers: [{ covers: "/", upper: `${folder}/upper` }],
    isLeftOut: (path) => path === "/own",
  });
  t.same(inOrder(found), []);
  t.end();
});
