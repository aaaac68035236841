import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { pack } from "../../scripts/package/package.mjs";

const folder = mkdtempSync(join(tmpdir(), "package-test-"));
chmodSync(folder, 0o755);
t.teardown(() => {
  rmSync(folder, { recursive: true });
});

/** The node that runs this, without its bulk: nothing here depends on which it is. */
const putNode = (to: string): Promise<{ licenseText: string }> => {
  writeFileSync(to, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  return Promise.resolve({ licenseText: "Node.js is licensed for use as follows:" });
};
const builds = ["one", "two"].map((name) => join(folder, name));
for (const out of builds) {
  mkdirSync(out);
  await pack({ out, level: 0, putNode });
}
const [out = ""] = builds;
const names = execFileSync("ls", [out], { encoding: "utf8" }).trim().split("\n");
const packageNamed = (ending: string): string => join(out, names.find((name) => name.endsWith(ending)) ?? "");
const said = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8" });

const installed = [
  "usr/bin/knetctl",
  "usr/lib/knetctl/knetctl",
  "usr/lib/knetctl/node",
  "usr/lib/knetctl/dist/knetctl.cjs",
  "usr/lib/knetctl/compile/run",
  "usr/lib/knetctl/dist/pkcs11-worker.cjs",
  "usr/lib/knetctl/dist/pkcs11.node",
  "usr/lib/knetctl/installers/simulator/built/libkNETPKCS11.so",
  "usr/lib/knetctl/installers/simulator/built/init-tokens",
  "usr/share/knetctl/schemas/profile.schema.json",
  "usr/share/doc/knetctl/THIRD-PARTY-NOTICES.txt",
  "usr/share/doc/knetctl/sbom.cdx.json",
  "usr/share/bash-completion/completions/knetctl",
];

const rpmFiles = "[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]";

/** What is in each kind of package, a line a file, with its rights and its owner. */
const listings = (): Readonly<Record<string, string>> => ({
  deb: said("dpkg-deb", "--contents", packageNamed(".deb")),
  rpm: said("rpm", "-qp", "--qf", rpmFiles, packageNamed(".rpm")),
  tar: said("tar", "-tvf", packageNamed(".tar.xz")),
});

t.test("none carries compiled code, which no two builds make alike", (t) => {
  for (const listing of Object.values(listings())) t.notMatch(listing, /\.cache/);
  t.end();
});

t.test("two builds of one commit have the same bytes, and SHA256SUMS names them all", (t) => {
  const [one, two] = builds.map((build) => readFileSync(join(build, "SHA256SUMS"), "utf8"));
  t.equal(one, two);
  t.equal(one?.trim().split("\n").length, 6, "three packages, and a bill of materials for each");
  t.equal(execFileSync("sha256sum", ["--check", "--quiet", "SHA256SUMS"], { cwd: out }).length, 0);
  t.end();
});

t.test("each kind holds the same files, all root's, none writable for others", (t) => {
  for (const [kind, listing] of Object.entries(listings())) {
    const lines = listing.trim().split("\n");
    for (const path of installed)
      t.ok(
        lines.some((line) => line.split(" -> ")[0]?.endsWith(path.replace(/^usr/, ""))),
        `${kind}: ${path}`,
      );
    t.strictSame(
      lines.filter((line) => !/^[-dl]\S+ +root\/root /.test(line) || /^[-d]....w|^[-d].......w/.test(line)),
      [],
      kind,
    );
  }
  t.end();
});

t.test("the .rpm asks for what Red Hat's systems have, under their names", (t) => {
  const requires = said("rpm", "-qp", "--requires", packageNamed(".rpm")).trim().split("\n");
  t.strictSame(
    requires.filter((line) => !line.startsWith("rpmlib(")),
    [
      ...Array<string>(3).fill("/bin/sh"),
      "glibc >= 2.28",
      "libgcc >= 8",
      "libstdc++ >= 8",
      "shadow-utils",
      "util-linux",
    ],
  );
  t.end();
});

t.test("rpm installs into a root of its own, where the program starts", (t) => {
  const root = join(folder, "root");
  mkdirSync(root);
  said("rpm", "--root", root, "--nodeps", "--noscripts", "--install", packageNamed(".rpm"));
  const version = said(join(root, "usr/bin/knetctl"), "--version");
  t.equal(version, `${/-(\d+\.\d+\.\d+)-1/.exec(packageNamed(".rpm"))?.[1] ?? ""}\n`);
  said("rpm", "--root", root, "--noscripts", "--erase", "knetctl");
  t.notOk(existsSync(join(root, "usr/lib/knetctl")));
  t.end();
});

/** Says for each program whether V8 takes the compiled code that lies in `dist`. */
const accepted = (dist: string): string =>
  `const { loadProgram } = require("${import.meta.dirname}/../../scripts/build/load-program.cjs");
  const one = (...of) => loadProgram("${dist}", ...of).script.cachedDataRejected === false;
  console.log(one("program", "apply"), one("program", "plan"), one("program-validate", "validate"));`;

t.test("the unpacked archive works through a link, and makes its compiled code where it is", (t) => {
  const to = join(folder, "anywhere");
  mkdirSync(to);
  said("tar", "-xf", packageNamed(".tar.xz"), "-C", to, "--strip-components=1");
  t.match(said(join(to, "bin/knetctl"), "--version"), /^\d+\.\d+\.\d+\n$/);
  said(join(to, "lib/knetctl/compile/run"));
  t.equal(said(process.execPath, "-e", accepted(join(to, "lib/knetctl/dist"))), "true true true\n");
  t.end();
});
