import type { Readable } from "node:stream";
import { Problem } from "../../../problem/problem.js";
import { ended, startChild } from "../../commands/start-child.js";
import type { AbsolutePath } from "../../path.js";
import { systemPath } from "../../sandbox/sandbox-script.js";
import { attributesAmong, paxRecords, type PaxRecord } from "../../files/attributes.js";
import type { Attributes } from "../../host.js";

const block = 512;
/**
 * The extended attributes of regular files and folders, capabilities and access control lists among them, by
 * their paths below `root`; only what has some is listed. No system call that Node offers tells them, and
 * tar(1) alone of all that does is on every host; what it says of the content is passed over.
 */
export async function attributesOf(
  tar: AbsolutePath,
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Attributes>> {
  if (paths.length === 0) return new Map();
  const what = ["--xattrs", "--xattrs-include=*", "--no-recursion", "--hard-dereference"];
  const how = ["--create", "--file=-", "--format=pax", ...what];
  const child = startChild(tar, [...how, `--directory=${root}/`, "--null", "--files-from=-"], {
    env: { PATH: systemPath, LC_ALL: "C" },
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin?.on("error", () => undefined).end(paths.map((path) => `.${path}\0`).join(""));
  const [found, [exitCode]] = await Promise.all([
    child.stdout === null ? new Map<string, Attributes>() : readTar(child.stdout),
    ended(child),
  ]);
  if (exitCode === 0) return found;
  throw new Problem(
    "installer-stage-unread",
    "the extended attributes of what install.sh made cannot be read",
    {
      where: { path: tar },
      detail: `tar ended with exit code ${exitCode ?? "none"}`,
      hint: "run again; if it fails again, tar may lack support for extended attributes (tar --help)",
    },
  );
}

async function readTar(stream: Readable): Promise<Map<string, Attributes>> {
  const found = new Map<string, Attributes>();
  const reader = new BlockReader(stream);
  let records: readonly PaxRecord[] = [];
  for (let header = await reader.take(block); header !== undefined; header = await reader.take(block)) {
    if (header[0] === 0) continue;
    const size = Number.parseInt(text(header.subarray(124, 136)), 8);
    const padded = Math.ceil(size / block) * block;
    if (header[156] === 0x78)
      records = paxRecords(((await reader.take(padded)) ?? Buffer.of()).subarray(0, size));
    else {
      // a size too large for the header's field is in the records
      const real = Number(recordIn(records, "size") ?? size);
      await reader.skip(Math.ceil(real / block) * block);
      const attributes = attributesAmong(records);
      if (Object.keys(attributes).length > 0)
        found.set(nameIn(header, records).replace(/^\.|\/$/g, ""), attributes);
      records = [];
    }
  }
  return found;
}

function nameIn(header: Buffer, records: readonly PaxRecord[]): string {
  const folder = text(header.subarray(345, 500));
  return recordIn(records, "path") ?? `${folder === "" ? "" : `${folder}/`}${text(header.subarray(0, 100))}`;
}

function recordIn(records: readonly PaxRecord[], key: string): string | undefined {
  return records.find(([name]) => name === key)?.[1].toString("utf8");
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

/** Takes a stream apart, and passes over long stretches of it without keeping them. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  #rest: Buffer = Buffer.of();

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  }

  /** Undefined when the stream ends before. */
  async take(bytes: number): Promise<Buffer | undefined> {
    while (this.#rest.length < bytes) if (!(await this.#more())) return undefined;
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  async skip(bytes: number): Promise<void> {
    let left = bytes;
    while (left > 0) {
      const passed = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(passed);
      left -= passed;
      if (left > 0 && !(await this.#more())) return;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
