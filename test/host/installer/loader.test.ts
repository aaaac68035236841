import { copyFileSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parseElf } from "../../../src/formats/elf/elf.js";
import { type LoaderFiles, openLoader } from "../../../src/host/installer/loader.js";
import { cachedLibraries, parseLoaderCache } from "../../../src/host/installer/loader-cache.js";
import { type AbsolutePath, path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { smallRoot } from "../../support/small-root.js";

test("a library is located where it is found, and only its beginning is read", (t) => {
  const files = realHost(path("/")).files();
  const { elf, ...found } = openLoader(files).find("libc.so.6") ?? {};
  t.ok(elf);
  const read: string[] = [];
  const watched = {
    ...files,
    read: (one: AbsolutePath, most?: number) => {
      read.push(one);
      return files.read(one, most);
    },
  };
  const loader = openLoader(watched);
  read.length = 0;
  t.same(loader.locate("libc.so.6"), found);
  t.same(read, []);
  t.equal(loader.locate("libnone.so.1"), undefined);
  t.end();
});

test("of a large library, only what is looked at is read", (t) => {
  const files = realHost(path("/")).files();
  let read = 0;
  const watched: LoaderFiles = {
    ...files,
    parts: (one, most, use) =>
      files.parts(one, most, (size, fill) =>
        use(size, (buffer, at, count) => {
          read += count;
          fill(buffer, at, count);
        }),
      ),
  };
  const found = openLoader(watched).find("libc.so.6");
  const bytes = readFileSync(found?.file ?? "");
  const whole = parseElf(bytes, "libc.so.6");
  t.same({ ...found?.elf, defines: 0 }, { ...whole, defines: 0 });
  t.ok(read > 0 && read < bytes.length / 4, `${read} of ${bytes.length}`);
  t.end();
});

test("what is made for another machine, or is no library, is passed over", (t) => {
  const root = smallRoot(t);
  mkdirSync(join(root, "opt/cut"), { recursive: true });
  mkdirSync(join(root, "opt/whole"));
  for (const name of ["cut", "whole"]) copyFileSync("/bin/sh", join(root, "opt", name, "libx.so"));
  truncateSync(join(root, "opt/cut/libx.so"), 40);
  const located = openLoader(realHost(root).files()).locate("libx.so", ["/opt/cut", "/opt/whole"]);
  t.equal(located?.path, "/opt/whole/libx.so");
  t.end();
});

test("names in the loader's cache may be any text", (t) => {
  const texts = ["libä.so", "/opt/ä/libä.so"];
  const bytes = Buffer.concat(texts.map((text) => Buffer.from(`${text}\0`)));
  const header = Buffer.alloc(48 + 24);
  header.write("glibc-ld.so.cache1.1");
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(72, 48 + 4);
  header.writeUInt32LE(72 + Buffer.byteLength(`${texts[0]}\0`), 48 + 8);
  const cache = Buffer.concat([header, bytes]);
  t.same(parseLoaderCache(cache, "little"), [{ name: texts[0], path: texts[1] }]);
  t.same(cachedLibraries(cache, "little")("libä.so"), [texts[1]]);
  t.end();
});

test("by its name a library has the paths that the whole cache has for it, in their order", (t) => {
  const cache = readFileSync("/etc/ld.so.cache");
  const libraries = parseLoaderCache(cache, "little");
  const pathsOf = cachedLibraries(cache, "little");
  for (const { name } of libraries)
    t.same(
      pathsOf(name),
      libraries.filter((other) => other.name === name).map(({ path }) => path),
      name,
    );
  t.ok(libraries.length > 10, `${libraries.length} libraries`);
  const [{ name } = { name: "" }] = libraries;
  t.same(pathsOf(name.slice(1)), [], "the end of a name is no name");
  t.same(pathsOf(""), [], "neither is none at all");
  t.end();
});
