import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { parseElfInterpreter } from "../../../src/formats/elf/elf.js";
import { foldersInLoader, libcOf, usualFolders } from "../../../src/host/installer/default-folders.js";
import { openLoader } from "../../../src/host/installer/loader.js";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { smallRoot } from "../../support/small-root.js";

const x86 = { machine: 62, bits: 64, byteOrder: "little" } as const;
const held = (...folders: readonly string[]): Buffer =>
  Buffer.from(
    `\x7fELF\0/etc/ld.so.cache\0/proc/self/\0${folders.map((folder) => `${folder}/\0`).join("")}GLIBC_2.35\0`,
  );

test("the loader's folders are those that this machine's loader names", (t) => {
  const interpreter = parseElfInterpreter(readFileSync("/bin/sh"), "/bin/sh") ?? "";
  const help = execFileSync(interpreter, ["--help"], { encoding: "utf8" });
  const named = [...help.matchAll(/^ +(\/\S+) \(system search path\)$/gm)].map(([, folder]) => folder);
  t.ok(named.length > 0);
  t.same(foldersInLoader(readFileSync(interpreter)), named);
  t.end();
});

test("Fedora's, Arch's, and one that holds no list", (t) => {
  t.same(foldersInLoader(held("/lib64", "/usr/lib64")), ["/lib64", "/usr/lib64"]);
  t.same(foldersInLoader(held("/usr/lib")), ["/usr/lib"]);
  t.equal(foldersInLoader(Buffer.from("\x7fELF\0/proc/self/\0/lib64\0")), undefined);
  t.same(
    usualFolders(x86, "unknown", (folder) => folder === "/usr/lib/x86_64-linux-gnu"),
    ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"],
  );
  t.same(
    usualFolders(x86, "unknown", () => false),
    ["/lib64", "/usr/lib64", "/lib", "/usr/lib"],
  );
  t.end();
});

test("glibc and musl are told by the loader's name", (t) => {
  t.same(
    [
      "/lib64/ld-linux-x86-64.so.2",
      "/lib/ld-linux-aarch64.so.1",
      "/lib64/ld64.so.2",
      "/lib/ld-musl-x86_64.so.1",
      undefined,
    ].map(libcOf),
    ["glibc", "glibc", "glibc", "musl", "unknown"],
  );
  t.end();
});

test(
  "a folder that the loader does not search by itself is not taken for one: Debian's lib64",
  { skip: readFileSync("/etc/os-release", "utf8").includes("ID=debian") ? false : "not Debian" },
  (t) => {
    const root = smallRoot(t);
    mkdirSync(join(root, "usr/lib64"), { recursive: true });
    const loader = openLoader(realHost(root).files());
    t.same(
      ["/lib64", "/usr/lib64", "/usr/lib", "/usr/local/lib"].map((folder) => loader.searches(path(folder))),
      [false, false, true, false],
    );
    t.end();
  },
);
