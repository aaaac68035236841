import { Problem } from "../../problem/problem.js";
import { sizeLimits } from "../size-limits.js";
import { createFolderIn, createLinkIn } from "./create.js";
import { extendIn } from "./extend-file.js";
import { asFileProblem } from "./file-problem.js";
import type { Files } from "../host.js";
import { asAbsolutePath, type AbsolutePath } from "../path.js";
import { attributesIn } from "./attributes.js";
import { installIn } from "./install-file.js";
import { beginningIn, entryIn, linkTextIn, listIn, partsIn, readIn, stateIn } from "./look.js";
import { removeFolderIn, removeIn, removeTemporariesIn } from "./remove.js";
import { setAttributesIn } from "./set-attributes.js";
import { setModeIn, setOwnerIn } from "./set-rights.js";
import { isTemporary } from "./temporary.js";
import { trustedOwners } from "./trust.js";
import { wayTo, type Tree } from "./walk.js";
import { writeIn } from "./write-file.js";

/**
 * The files below a root; `root` is any path on this machine that opens it. Every system error becomes a
 * Problem.
 */
export function realFiles(root: string, trusted: readonly number[], kept?: Tree["kept"]): Files {
  const tree: Tree = { root, owners: trustedOwners(trusted), ...(kept && { kept }) };
  const on = <T>(path: AbsolutePath, work: () => T): T => {
    requireNormalised(path);
    return asFileProblem(path, work);
  };
  return {
    entry: (path) => on(path, () => entryIn(tree, path)),
    read: (path, maxBytes = sizeLimits.text) => on(path, () => readIn(tree, path, maxBytes)),
    beginning: (path, bytes) => on(path, () => beginningIn(tree, path, bytes)),
    parts: (path, maxBytes, use) => on(path, () => partsIn(tree, path, maxBytes, use)),
    list: (path) => on(path, () => listIn(tree, path)),
    state: (path) => on(path, () => stateIn(tree, path)),
    attributes: (path) => on(path, () => attributesIn(tree, path)),
    way: (path) => on(path, () => wayTo(tree, path)),
    readLink: (path) => on(path, () => linkTextIn(tree, path)),
    write: (path, content, rights, edit) => {
      on(path, () => {
        writeIn(tree, path, content, rights, edit);
      });
    },
    install: (path, content, rights, how) => {
      on(path, () => {
        installIn(tree, path, content, rights, how);
      });
    },
    extend: (path, observed, content) => on(path, () => extendIn(tree, path, observed, content)),
    createFolder: (path, rights) => {
      on(path, () => {
        createFolderIn(tree, path, rights);
      });
    },
    createLink: (path, target, owner, observed) => {
      on(path, () => {
        createLinkIn(tree, path, target, owner, observed);
      });
    },
    setOwner: (path, observed, owner) => {
      on(path, () => {
        setOwnerIn(tree, path, observed, owner);
      });
    },
    setMode: (path, observed, mode) => {
      on(path, () => {
        setModeIn(tree, path, observed, mode);
      });
    },
    setAttributes: (path, observed, from, to) => {
      on(path, () => {
        setAttributesIn(tree, path, observed, from, to);
      });
    },
    remove: (path, observed) => {
      on(path, () => {
        removeIn(tree, path, observed);
      });
    },
    removeFolder: (path) => {
      on(path, () => {
        removeFolderIn(tree, path);
      });
    },
    removeTemporaries: (folder) => {
      on(folder, () => {
        removeTemporariesIn(tree, folder);
      });
    },
    isTemporary,
  };
}

/** A path made with a type cast must not smuggle `..` or NUL into the walk. */
function requireNormalised(path: AbsolutePath): void {
  if (asAbsolutePath(path) !== undefined) return;
  throw new Problem("host-path-invalid", "the path is not absolute and normalised", { where: { path } });
}
