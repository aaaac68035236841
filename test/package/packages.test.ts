import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { pack } from "../../scripts/package/package.mjs";
import { icuChanges } from "../../scripts/package/reduced-icu.mjs";
import { asAbsolutePath, path } from "../../src/host/path.js";
import { builtPage } from "../support/page.js";
import { inSandbox } from "../support/sandbox.js";

const folder = mkdtempSync(join(tmpdir(), "package-test-"));
chmodSync(folder, 0o755);
t.teardown(() => {
  rmSync(folder, { recursive: true });
});

/** What parts.json says of the node. */
const told = { released: "2026-01-02", icu: "reduced" };

/** The node that runs this, without its bulk: nothing here depends on which it is. */
const putNode = (to: string): ReturnType<Parameters<typeof pack>[0]["putNode"]> => {
  writeFileSync(to, `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  return Promise.resolve({ licenseText: "Node.js is licensed for use as follows:", ...told });
};
const builds = ["one", "two"].map((name) => join(folder, name));
const page = join(folder, "generator.html");
writeFileSync(page, await builtPage());
for (const [index, out] of builds.entries()) {
  mkdirSync(out);
  // the page is made twice as it is: by the first, and for the tests
  await pack({ out, level: 0, putNode, ...(index > 0 && { page }) });
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
  "usr/lib/knetctl/dist/language-pt-br.cjs",
  "usr/lib/knetctl/dist/explained.cjs",
  "usr/lib/knetctl/installers/simulator/built/libkNETPKCS11.so",
  "usr/lib/knetctl/installers/simulator/built/init-tokens",
  "usr/share/knetctl/schemas/profile.schema.json",
  "usr/share/knetctl/generator.html",
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

t.test("the .deb names nobody's mailbox, in its fields and in its list of changes", (t) => {
  const maintainer = said("dpkg-deb", "--field", packageNamed(".deb"), "Maintainer").trim();
  t.match(maintainer, /^The knetctl authors <\S+@\S+\.invalid>$/);
  const to = join(folder, "documents");
  said("dpkg-deb", "--extract", packageNamed(".deb"), to);
  const changes = said("zcat", join(to, "usr/share/doc/knetctl/changelog.Debian.gz"));
  t.ok(changes.includes(`\n -- ${maintainer}  `));
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

t.test("notices and bills of materials say that the Node's ICU is reduced", (t) => {
  const documents = join(folder, "told");
  said("dpkg-deb", "--extract", packageNamed(".deb"), documents);
  const document = (name: string): string =>
    readFileSync(join(documents, "usr/share/doc/knetctl", name), "utf8");
  t.ok(document("THIRD-PARTY-NOTICES.txt").includes(`packages: ${icuChanges["reduced"] ?? "?"}.\n`));
  const bills = [".deb", ".rpm", ".tar.xz"].map((ending) =>
    readFileSync(`${packageNamed(ending)}.cdx.json`, "utf8"),
  );
  for (const bill of [document("sbom.cdx.json"), ...bills])
    t.ok(bill.includes(`"notes": "${icuChanges["reduced"] ?? "?"}"`));
  t.end();
});

t.test("the generator's page is the one that is tested, and what is in it has its licence", async (t) => {
  const to = join(folder, "page");
  said("dpkg-deb", "--extract", packageNamed(".deb"), to);
  const share = (name: string): string => readFileSync(join(to, "usr/share", name), "utf8");
  t.equal(share("knetctl/generator.html"), await builtPage());
  const licence = readFileSync("node_modules/preact/LICENSE", "utf8").trim();
  t.ok(share("doc/knetctl/THIRD-PARTY-NOTICES.txt").includes(licence), "of what the page alone has");
  for (const bill of [
    share("doc/knetctl/sbom.cdx.json"),
    readFileSync(`${packageNamed(".deb")}.cdx.json`, "utf8"),
  ])
    for (const name of ["preact", "handlebars", "yaml", "jsonc-parser", "dot-properties"])
      t.match(bill, `"purl": "pkg:npm/${name}@`, name);
});

t.test("rpm installs into a root of its own, where the program starts and knows its Node", (t) => {
  const root = join(folder, "root");
  mkdirSync(root);
  said("rpm", "--root", root, "--nodeps", "--noscripts", "--install", packageNamed(".rpm"));
  const version = said(join(root, "usr/bin/knetctl"), "--version");
  t.equal(version, `${/-(\d+\.\d+\.\d+)-1/.exec(packageNamed(".rpm"))?.[1] ?? ""}\n`);
  const parts = readFileSync(join(root, "usr/lib/knetctl/dist/parts.json"), "utf8");
  t.match(JSON.parse(parts), { node: { version: process.versions.node, ...told } });
  said("rpm", "--root", root, "--noscripts", "--erase", "knetctl");
  t.notOk(existsSync(join(root, "usr/lib/knetctl")));
  t.end();
});

/**
 * A test's sandbox shows large folders empty and unwritable, to some of which dpkg writes, and lacks accounts
 * that dpkg knows.
 */
const readyForDpkg = `
  for at in $(awk '/ - tmpfs hidden / { print $5 }' /proc/self/mountinfo); do umount "$at"; done
  : >/var/lib/dpkg/statoverride`;

/** Runs lines of shell in a sandbox, with the package as $1; returns what they print. */
async function shell(lines: string, ending: string): Promise<readonly string[]> {
  const { stdout, stderr } = await inSandbox(
    "/bin/sh",
    ["-euc", `${readyForDpkg}\n${lines}`, "sh", packageNamed(ending)],
    {
      // where it is, /tmp is not a new one
      cwd: asAbsolutePath(folder) ?? path("/"),
    },
  );
  t.equal(stderr, "");
  return stdout.trim().split("\n");
}

/** Says for each program whether V8 takes the compiled code that lies in `dist`. */
const accepted = (dist: string): string =>
  `const { loadProgram } = require("${import.meta.dirname}/../../scripts/build/load-program.cjs");
  const one = (...of) => loadProgram("${dist}", ...of).script.cachedDataRejected === false;
  console.log(one("program", "apply"), one("program", "plan"), one("program-validate", "validate"));`;

t.test(
  "records outlive an upgrade and a removal; a purge removes them alone; compiled code is new",
  async (t) => {
    const said = await shell(
      `
    say() {
      ls -d /usr/bin/knetctl /var/lib/knetctl/runs /opt/kryptus/knet /etc/knetctl 2>/dev/null | paste -sd ' '
      ls -l /usr/lib/knetctl/dist 2>/dev/null | awk '/cache/ { print $1, $3 }' | sort | uniq -c | xargs
    }
    {
      dpkg --force-depends -i "$1"
      mkdir -p /var/lib/knetctl/runs /opt/kryptus/knet /etc/knetctl
    } >/dev/null 2>&1
    knetctl --version >/dev/null && say
    ${process.execPath} -e '${accepted("/usr/lib/knetctl/dist")}'
    echo old > /usr/lib/knetctl/dist/program-gone.cjs.gone.cache
    dpkg --force-depends -i "$1" >/dev/null 2>&1; say
    dpkg --verify knetctl
    dpkg -r knetctl 2>&1 >/dev/null | grep -v "^dpkg: warning: .*man" || :
    say
    ls /usr/lib/knetctl 2>&1 | sed 's/.*: //'
    dpkg -P knetctl >/dev/null 2>&1; say`,
      ".deb",
    );
    const all = "/etc/knetctl /opt/kryptus/knet /usr/bin/knetctl /var/lib/knetctl/runs";
    const made = "10 -rw-r--r-- root";
    t.strictSame(said, [
      ...[all, made, "true true true"],
      ...[all, made],
      ...["/etc/knetctl /opt/kryptus/knet /var/lib/knetctl/runs", "", "No such file or directory"],
      "/etc/knetctl /opt/kryptus/knet",
    ]);
  },
);

t.test("the unpacked archive works through a link, and makes its compiled code where it is", async (t) => {
  const to = join(folder, "anywhere");
  mkdirSync(to);
  said("tar", "-xf", packageNamed(".tar.xz"), "-C", to, "--strip-components=1");
  t.match(said(join(to, "bin/knetctl"), "--version"), /^\d+\.\d+\.\d+\n$/);
  const script = '"$1/lib/knetctl/compile/run"; exec "$2" -e "$3"';
  const given = [to, process.execPath, accepted(join(to, "lib/knetctl/dist"))];
  const compiled = await inSandbox("/bin/sh", ["-euc", script, "sh", ...given], {
    cwd: asAbsolutePath(folder) ?? path("/"),
  });
  t.strictSame(compiled, { exitCode: 0, stdout: "true true true\n", stderr: "" });
});
