import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parentOf, type DiskCall } from "./disk-trace.js";

interface Rights {
  readonly mode: number;
  readonly owner: string;
}

interface State extends Rights {
  readonly content: Buffer;
  readonly names: ReadonlyMap<string, Inode>;
}

/** A file or folder, as programs see it, and as it was when it was last written to the disk. */
interface Inode {
  readonly kind: "file" | "folder";
  now: State;
  safe: State;
}

/** What is found after a cut, by path. */
export interface Left extends Rights {
  readonly kind: "file" | "folder";
  readonly content: Buffer;
}

/** `zeros`: the size is known, and the blocks are not written. */
export type ContentLuck = "all" | "half" | "zeros" | "none";

/** What of the things that were not synchronised has reached the disk all the same. */
export interface Luck {
  readonly names: (path: string) => boolean;
  readonly rights: (path: string) => boolean;
  readonly content: (path: string) => ContentLuck;
}

const always = () => true;
const never = () => false;

/**
 * What file systems are known to do at a power cut; each is allowed by fsync(2), which promises nothing of
 * what was not synchronised.
 */
export const lucks: Readonly<Record<string, Luck>> = {
  "nothing that was not synchronised": { names: never, rights: never, content: () => "none" },
  "the names, but no content": { names: always, rights: always, content: () => "none" },
  "the names, and half of what was written": { names: always, rights: always, content: () => "half" },
  "the names and sizes, and zeros for what was written": {
    names: always,
    rights: always,
    content: () => "zeros",
  },
  "the content, but no names": { names: never, rights: always, content: () => "all" },
  "names and content, but no owners and modes": { names: always, rights: never, content: () => "all" },
  everything: { names: always, rights: always, content: () => "all" },
};

const nothing = Buffer.alloc(0);

/**
 * A disk below a root that forgets at a power cut what was not synchronised. What it holds at first is safe.
 */
export class ForgetfulDisk {
  readonly #root: Inode;

  constructor(root: string) {
    this.#root = loaded(root);
  }

  do(call: DiskCall): void {
    const { path } = call;
    switch (call.call) {
      case "create":
      case "mkdir":
        if (this.#find(path) === undefined)
          this.#named(
            path,
            fresh(
              call.call === "mkdir" ? "folder" : "file",
              call.mode & (call.call === "mkdir" ? 0o700 : 0o777),
            ),
          );
        return;
      case "truncate":
        this.#set(path, { content: padded(this.#at(path).now.content.subarray(0, call.size), call.size) });
        return;
      case "write":
        this.#written(path, call.data, call.at);
        return;
      // some give it with the kind of file, as stat(2) does: cp(1) of coreutils 9.7
      case "chmod":
        this.#set(path, { mode: call.mode & 0o7777 });
        return;
      case "chown": {
        const { kind, now } = this.#at(path);
        this.#set(path, {
          owner: `${call.uid}:${call.gid}`,
          mode: kind === "file" ? now.mode & ~0o6000 : now.mode,
        });
        return;
      }
      case "rename": {
        const moved = this.#at(path);
        this.#named(path, undefined);
        this.#named(call.to, moved);
        return;
      }
      case "unlink":
      case "rmdir":
        this.#named(path, undefined);
        return;
      case "sync": {
        const inode = this.#find(path);
        // of a file without a name nothing is left to be lost
        if (inode !== undefined) inode.safe = inode.now;
        return;
      }
    }
  }

  /** What is found when the power is cut now. */
  after(luck: Luck): ReadonlyMap<string, Left> {
    const left = new Map<string, Left>();
    const add = (inode: Inode, path: string): void => {
      const { mode, owner } = luck.rights(path) ? inode.now : inode.safe;
      left.set(path, { kind: inode.kind, mode, owner, content: contentOf(inode, luck.content(path)) });
      for (const name of new Set([...inode.now.names.keys(), ...inode.safe.names.keys()])) {
        const at = `${path}/${name}`;
        const child = (luck.names(at) ? inode.now : inode.safe).names.get(name);
        if (child !== undefined) add(child, at);
      }
    };
    add(this.#root, "");
    return left;
  }

  #find(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of path.split("/").slice(1)) inode = inode?.now.names.get(name);
    return inode;
  }

  #at(path: string): Inode {
    const inode = this.#find(path);
    if (inode === undefined) throw new Error(`${path} is not on the disk`);
    return inode;
  }

  #set(path: string, changed: Partial<State>): void {
    const inode = this.#at(path);
    inode.now = { ...inode.now, ...changed };
  }

  #named(path: string, inode: Inode | undefined): void {
    const names = new Map(this.#at(parentOf(path)).now.names);
    if (inode === undefined) names.delete(basename(path));
    else names.set(basename(path), inode);
    this.#set(parentOf(path), { names });
  }

  #written(path: string, data: Buffer, at: number): void {
    const { content } = this.#at(path).now;
    const from = at < 0 ? content.length : at;
    const whole = padded(content, from + data.length);
    data.copy(whole, from);
    this.#set(path, { content: whole });
  }
}

function contentOf({ now, safe }: Inode, luck: ContentLuck): Buffer {
  if (luck === "all" || now.content === safe.content) return now.content;
  if (luck === "none") return safe.content;
  // an append: the old part is safe
  const from = now.content.subarray(0, safe.content.length).equals(safe.content) ? safe.content.length : 0;
  if (luck === "zeros") return padded(now.content.subarray(0, from), now.content.length);
  return now.content.subarray(0, from + Math.floor((now.content.length - from) / 2));
}

/** A copy, so that what was safe stays as it was. */
function padded(content: Buffer, size: number): Buffer {
  return Buffer.concat([content, Buffer.alloc(Math.max(0, size - content.length))]);
}

function fresh(kind: Inode["kind"], mode: number): Inode {
  const state = { mode, owner: "0:0", content: nothing, names: new Map() };
  return { kind, now: state, safe: state };
}

function loaded(file: string): Inode {
  const { mode, uid, gid } = lstatSync(file);
  const isFolder = lstatSync(file).isDirectory();
  // what is neither is nothing that an apply changes
  const children = isFolder ? readdirSync(file).filter((name) => isEither(join(file, name))) : [];
  const names = new Map(children.map((name) => [name, loaded(join(file, name))]));
  const state = {
    mode: mode & 0o7777,
    owner: `${uid}:${gid}`,
    content: isFolder ? nothing : readFileSync(file),
    names,
  };
  return { kind: isFolder ? "folder" : "file", now: state, safe: state };
}

function isEither(file: string): boolean {
  const stats = lstatSync(file);
  return stats.isDirectory() || stats.isFile();
}
