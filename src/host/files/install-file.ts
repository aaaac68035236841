import { constants } from "node:fs";
import type { Attributes, Installing, Rights } from "../host.js";
import { folderOf, nameOf, type AbsolutePath } from "../path.js";
import { attributesOf } from "./attributes.js";
import { at, entryOfDescriptor, withDescriptor } from "./descriptor.js";
import { notKept, type WithModel } from "./draft.js";
import { asFileProblem } from "./file-problem.js";
import { stateAt, withFileAt } from "./look.js";
import { withFolder, type Tree } from "./walk.js";
import { putIn } from "./write-file.js";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Puts a file in place, complete and with its attributes, if what is there is what the caller requires: that
 * is checked when everything is ready.
 */
export function installIn(
  tree: Tree,
  path: AbsolutePath,
  bytes: Uint8Array,
  rights: Rights,
  { attributesOf: source, attributes, check }: Installing,
): void {
  const model = source && ("path" in source ? ofHost(tree, source.path) : ofMachine(source.opener, path));
  putIn(tree, path, bytes, rights, {
    ...(model && { model: () => model }),
    check: (folder, name, draft) => {
      if (attributes !== undefined) requireAttributes(draft, attributes, path);
      check(stateAt(tree, folder, name));
    },
  });
}

function ofHost(tree: Tree, path: AbsolutePath): WithModel {
  return (use) => {
    // of this path, and not of the file that is being made
    const done = asFileProblem(path, () =>
      withFolder(tree, folderOf(path), "look", (folder) =>
        withFileAt(tree, folder, nameOf(path), (fd) => {
          use(fd);
          return true;
        }),
      ),
    );
    if (done === undefined) throw notKept(path, "the file that has them is gone");
  };
}

/** A file that this process made, or of its stage: nobody else chooses what its path opens. */
function ofMachine(opener: string, path: AbsolutePath): WithModel {
  return (use) => {
    withDescriptor(opener, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, (fd) => {
      if (entryOfDescriptor(fd).kind !== "file")
        throw notKept(path, "they belong to something that is not a regular file");
      use(fd);
    });
  };
}

function requireAttributes(draft: number, wanted: Attributes, path: AbsolutePath): void {
  // the draft is open only for writing
  const found = withDescriptor(at(draft, "").slice(0, -1), O_RDONLY, (fd) => attributesOf(fd, path));
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  const [different] = [...names].filter((name) => wanted[name] !== found[name]);
  if (different === undefined) return;
  const what =
    found[different] === undefined ? "was not accepted by the file system" : "is not what was planned";
  throw notKept(path, `${different} ${what}`);
}
