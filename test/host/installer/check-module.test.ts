import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import type { Distribution } from "../../../src/host/distribution.js";
import { checkModule } from "../../../src/host/installer/check-module.js";
import type { BundledLibrary } from "../../../src/host/installer/check-module.js";
import { openLoader } from "../../../src/host/installer/loader.js";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import type { Problem } from "../../../src/problem/problem.js";
import { smallRoot } from "../../support/small-root.js";
import { moduleLibrary } from "../../support/vendor-archive.js";

const loader = openLoader(realHost(path("/")).files());
const archive = "/media/kNET-PKCS11-Linux-1.7.0.tar";

function checked(
  modules: readonly Buffer[],
  bundled: readonly BundledLibrary[] = [],
  distribution: Distribution = "debian",
): readonly Problem[] {
  return checkModule({
    modules: modules.map((bytes, index) => ({ name: `top/${index}/libkNETPKCS11.so`, content: () => bytes })),
    bundled,
    loader,
    archive,
    distribution,
  });
}

/** A library of this name with one function, its symbol of this version; for the linker only. */
function stub(folder: string, soname: string, version: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, soname);
  execFileSync(
    "sh",
    [
      "-c",
      `printf '%s { global: curl_easy_init; };' "$3" > "$1.map" && echo 'int curl_easy_init(void) { ` +
        `return 0; }' | gcc -shared -fPIC -x c - -o "$1" -Wl,-soname,"$2" -Wl,--version-script="$1.map"`,
      "sh",
      file,
      soname,
      version,
    ],
    { stdio: "pipe" },
  );
  return file;
}

const usesCurl = "int curl_easy_init(void); int C_GetFunctionList(void) { return curl_easy_init(); }";

test("a module that can be loaded has no problem", (t) => {
  t.same(checked([moduleLibrary(t.testdir())]), []);
  t.same(checked([moduleLibrary(t.testdir(), usesCurl, "-lcurl")]), [], "libcurl and all that it needs");
  t.end();
});

test("42: libcurl.so.3 is missing: named, with what to do", (t) => {
  const folder = t.testdir();
  const [problem, ...others] = checked([
    moduleLibrary(folder, usesCurl, stub(join(folder, "stubs"), "libcurl.so.3", "CURL_OPENSSL_3")),
  ]);
  t.equal(problem?.code, "elf-library-missing");
  t.match(String(problem?.message), "libcurl.so.3");
  t.match(String(problem?.hint), "libcurl4");
  t.equal(problem?.where?.path, archive);
  t.same(others, []);
  t.end();
});

test("42: this host's libcurl lacks CURL_OPENSSL_3: the libcurl3 case", (t) => {
  const folder = t.testdir();
  const [problem, ...others] = checked([
    moduleLibrary(folder, usesCurl, stub(join(folder, "stubs"), "libcurl.so.4", "CURL_OPENSSL_3")),
  ]);
  t.equal(problem?.code, "elf-version-missing");
  t.match(String(problem?.message), "CURL_OPENSSL_3");
  t.match(String(problem?.detail), "CURL_OPENSSL_4");
  t.same(others, []);
  t.end();
});

test("42: a library that the archive brings along is not missing; what that one needs may be", (t) => {
  const folder = t.testdir();
  const libfoo = stub(join(folder, "stubs"), "libfoo.so.9", "FOO_1");
  const module = moduleLibrary(folder, usesCurl, libfoo);
  t.equal(checked([module])[0]?.code, "elf-library-missing");
  t.same(checked([module], [{ name: "top/lib/libfoo.so.9", content: () => readFileSync(libfoo) }]), []);
  t.end();
});

test("41: another machine's module is refused, unless this one's is there too", (t) => {
  const ours = moduleLibrary(t.testdir());
  const theirs = Buffer.from(ours);
  theirs.writeUInt16LE(22, 18);
  const [problem] = checked([theirs]);
  t.equal(problem?.code, "elf-wrong-machine");
  t.match(String(problem?.detail), "S/390");
  t.same(checked([theirs, ours]), []);
  t.end();
});

test("41: a cut module, a script of that name, a program, and a library that is no PKCS #11 module", (t) => {
  const folder = t.testdir();
  const whole = moduleLibrary(folder);
  t.equal(checked([whole.subarray(0, 3000)])[0]?.code, "elf-malformed");
  t.equal(checked([Buffer.from("#!/bin/sh\n")])[0]?.code, "elf-not-elf");
  t.equal(
    checked([moduleLibrary(folder, "int main(void) { return 0; }", "-no-pie")])[0]?.code,
    "elf-not-a-library",
  );
  t.equal(checked([moduleLibrary(folder, "int other(void) { return 0; }")])[0]?.code, "elf-not-pkcs11");
  t.end();
});

test("the loader's own answers are those of ldconfig -p", (t) => {
  const listed = execFileSync("ldconfig", ["-p"], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, name, file] = /^\s+(\S+) \(.*\) => (\S+)$/.exec(line) ?? [];
      return name && file ? [[name, file] as const] : [];
    });
  const curl = listed.find(([name]) => name === "libcurl.so.4");
  t.equal(loader.find("libcurl.so.4")?.path, curl?.[1]);
  t.equal(loader.find("libnothing-of-the-kind.so.1"), undefined);
  t.ok(loader.searches(path("/usr/local/lib")), "listed in ld.so.conf.d");
  t.ok(loader.searches(path("/usr/lib")), "by default");
  t.notOk(loader.searches(path("/opt")));
  t.end();
});

test("with --root nothing of this machine counts", (t) => {
  const root = smallRoot(t);
  const inside = openLoader(realHost(root).files());
  t.ok(inside.find("libc.so.6"));
  t.equal(inside.find("libcurl.so.4"), undefined);
  t.end();
});

test("a host with musl: one problem says why, and nothing of Debian's packages", (t) => {
  const module = moduleLibrary(
    t.testdir(),
    `${usesCurl} int puts(const char *); int hello(void) { return puts("hello"); }`,
    "-lcurl",
  );
  const musl = { ...loader, libc: "musl", find: () => undefined } as const;
  const problems = checkModule({
    modules: [{ name: "top/libkNETPKCS11.so", content: () => module }],
    bundled: [],
    loader: musl,
    archive,
    distribution: "alpine",
  });
  t.match(
    problems.map(({ message }) => message),
    ["the module needs glibc, and this host's C library is musl"],
  );
  t.notMatch(problems[0]?.hint ?? "", /apt|package/);
  t.end();
});

test("what to install is said in the words of the distribution", (t) => {
  const folder = t.testdir();
  const module = moduleLibrary(folder, usesCurl, stub(join(folder, "stubs"), "libjansson.so.4", "X"));
  const none = {
    ...loader,
    find: (name: string) => (name === "libjansson.so.4" ? undefined : loader.find(name)),
  };
  const hint = (distribution: Distribution) =>
    checkModule({
      modules: [{ name: "m", content: () => module }],
      bundled: [],
      loader: none,
      archive,
      distribution,
    })[0]?.hint ?? "";
  t.match(hint("debian"), "libjansson4");
  t.match(hint("fedora"), "dnf install 'libjansson.so.4()(64bit)'");
  t.match(hint("suse"), "zypper install 'libjansson.so.4()(64bit)'");
  t.notMatch(hint("other"), /apt|dnf|zypper/);
  t.end();
});
