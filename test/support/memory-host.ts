import { asAbsolutePath, folderOf, nameOf, path } from "../../src/host/path.js";
import type { AbsolutePath } from "../../src/host/path.js";
import type { Account, Entry, Files, Group, Host, NamedEntry, Rights, Way } from "../../src/host/host.js";
import { sha256 } from "../../src/host/random-hex.js";
import { Problem } from "../../src/problem/problem.js";

export type MemoryNode = Rights &
  ({ kind: "folder" } | { kind: "file"; content: Uint8Array } | { kind: "link"; target: string });

export interface MemoryHostOptions {
  readonly users?: readonly Account[];
  readonly groups?: readonly Group[];
  /** Text or bytes of files, by path; folders on the way are made, root's, 0755. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly folders?: readonly string[];
  /** Paths that answer as they do to a process without permission. */
  readonly forbidden?: readonly string[];
}

/** A host in memory, for steps whose planning is under test and not the file system. Has no commands. */
export class MemoryHost implements Host {
  readonly root = path("/");
  readonly readOnly = false;
  readonly enter = { words: [], groupsOf: () => [] };
  readonly nodes = new Map<string, MemoryNode>([["/", { kind: "folder", mode: 0o755, uid: 0, gid: 0 }]]);
  /** Owners trusted by each call of `files`. */
  readonly trusted: (readonly number[])[] = [];
  readonly accounts: Host["accounts"];
  readonly commands: Host["commands"] = {
    run: () => Promise.reject(new Error("no commands in memory")),
    find: () => undefined,
  };
  readonly #forbidden: readonly string[];

  constructor({ users = [], groups = [], files = {}, folders = [], forbidden = [] }: MemoryHostOptions) {
    this.accounts = {
      user: (name) => users.find(({ user }) => user === name),
      group: (name) => groups.find(({ group }) => group === name),
      userName: (id) => users.find(({ uid }) => uid === id)?.user ?? (id === 0 ? "root" : `#${id}`),
      groupName: (id) => groups.find(({ gid }) => gid === id)?.group ?? (id === 0 ? "root" : `#${id}`),
      groupsOf: (name) => groups.filter(({ members }) => members?.includes(name)).map(({ gid }) => gid),
    };
    this.#forbidden = forbidden;
    for (const folder of folders) this.#makeFolders(folder);
    for (const [file, content] of Object.entries(files)) {
      this.#makeFolders(folderOf(absolute(file)));
      this.nodes.set(file, { kind: "file", mode: 0o640, uid: 0, gid: 0, content: Buffer.from(content) });
    }
  }

  /** Text of a file; undefined when there is none. */
  text(file: string): string | undefined {
    const node = this.nodes.get(file);
    return node?.kind === "file" ? Buffer.from(node.content).toString("utf8") : undefined;
  }

  files(...owners: readonly number[]): Files {
    this.trusted.push(owners);
    return {
      entry: (at) => this.#entry(at),
      read: (at, maxBytes) => this.#read(at, maxBytes),
      beginning: (at, bytes) => this.#read(at)?.subarray(0, bytes),
      parts: (at, maxBytes, use) => {
        const content = this.#read(at, maxBytes);
        return (
          content &&
          use(content.length, (buffer, from, count) => content.copy(buffer, from, from, from + count))
        );
      },
      list: (at) => this.#list(at),
      state: (at) => {
        const entry = this.#entry(at);
        return entry && { ...entry, sha256: sha256(this.#read(at, Infinity) ?? "") };
      },
      attributes: (at) => this.#entry(at) && {},
      way: (at) => this.#way(at),
      readLink: (at) => {
        const node = this.#look(at);
        return node?.kind === "link" ? node.target : undefined;
      },
      write: (at, content, rights, edit) => {
        edit?.(this.#read(at));
        this.#put(at, { kind: "file", content: Buffer.from(content), ...rights });
      },
      install: (at, content, rights, { check }) => {
        const entry = this.#entry(at);
        check(entry && { ...entry, sha256: sha256(this.#read(at, Infinity) ?? "") });
        this.#put(at, { kind: "file", content: Buffer.from(content), ...rights });
      },
      extend: (at, observed, content) => {
        const { kind, size } = this.#entry(at) ?? {};
        if (kind !== "file" || size !== observed.size) throw new Error(`${at} is not as it was observed`);
        this.#put(at, {
          ...this.#existing(at),
          kind,
          content: Buffer.concat([this.#read(at) ?? Buffer.of(), content]),
        });
        return { ...observed, size: size + content.length };
      },
      createFolder: (at, rights) => {
        if (this.nodes.has(at)) throw new Error(`${at} exists`);
        this.#put(at, { kind: "folder", ...rights });
      },
      createLink: (at, target, owner) => {
        this.#put(at, { kind: "link", target, mode: 0o777, ...owner });
      },
      setOwner: (at, _observed, owner) => {
        this.#put(at, { ...this.#existing(at), ...owner });
      },
      setMode: (at, _observed, mode) => {
        this.#put(at, { ...this.#existing(at), mode });
      },
      setAttributes: (at, _observed, _from, { mode }) => {
        this.#put(at, { ...this.#existing(at), mode });
      },
      remove: (at) => {
        this.nodes.delete(at);
      },
      removeFolder: (at) => {
        this.nodes.delete(at);
      },
      removeTemporaries: () => undefined,
      isTemporary: () => false,
    };
  }

  #makeFolders(folder: string): void {
    if (this.nodes.has(folder)) return;
    this.#makeFolders(folderOf(absolute(folder)));
    this.nodes.set(folder, { kind: "folder", mode: 0o755, uid: 0, gid: 0 });
  }

  #look(at: AbsolutePath): MemoryNode | undefined {
    if (this.#forbidden.some((place) => at === place || at.startsWith(`${place}/`))) {
      throw new Problem("host-not-permitted", "permission denied", { where: { path: at } });
    }
    return this.nodes.get(at);
  }

  #existing(at: AbsolutePath): MemoryNode {
    const node = this.nodes.get(at);
    if (node === undefined) throw new Error(`${at} is missing`);
    return node;
  }

  #put(at: AbsolutePath, node: MemoryNode): void {
    if (this.nodes.get(folderOf(at))?.kind !== "folder") throw new Error(`${folderOf(at)} is no folder`);
    this.nodes.set(at, node);
  }

  #entry(at: AbsolutePath): Entry | undefined {
    const node = this.#look(at);
    if (node === undefined) return undefined;
    const { kind, mode, uid, gid } = node;
    const size = node.kind === "file" ? node.content.length : 0;
    return {
      kind,
      mode,
      uid,
      gid,
      size,
      links: 1,
      device: 1n,
      inode: BigInt([...this.nodes.keys()].indexOf(at)),
    };
  }

  #way(at: AbsolutePath): Way {
    if (at === "/") return { entries: [] };
    const above = this.#way(folderOf(at));
    const isThere = above.entries.length === folderOf(at).split("/").filter(Boolean).length;
    const node = isThere && above.link === undefined ? this.#look(at) : undefined;
    const entry = node && this.#entry(at);
    if (node === undefined || entry === undefined) return above;
    const entries = [...above.entries, entry];
    return node.kind === "link" ? { entries, link: node.target } : { entries };
  }

  #read(at: AbsolutePath, maxBytes = 5 * 1024 * 1024): Buffer | undefined {
    const node = this.#look(at);
    if (node === undefined) return undefined;
    if (node.kind !== "file" || node.content.length > maxBytes) throw new Error(`${at} cannot be read`);
    return Buffer.from(node.content);
  }

  #list(at: AbsolutePath): readonly NamedEntry[] | undefined {
    if (this.#look(at) === undefined) return undefined;
    const inside = [...this.nodes.keys()]
      .map(absolute)
      .filter((name) => name !== "/" && folderOf(name) === at);
    return inside.sort().flatMap((name) => {
      const entry = this.#entry(name);
      return entry === undefined ? [] : [{ ...entry, name: nameOf(name) }];
    });
  }
}

function absolute(text: string): AbsolutePath {
  const checked = asAbsolutePath(text);
  if (checked === undefined) throw new Error(`not an absolute path: ${text}`);
  return checked;
}
