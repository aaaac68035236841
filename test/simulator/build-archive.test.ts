import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { list } from "tar";
import { test } from "tap";
import { buildArchive } from "../../src/simulator/build-archive.js";
import { runTool } from "../../src/simulator/compile.js";
import { cache, openFolder, sources } from "./rig.js";

interface Seen {
  readonly path: string;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

async function entriesOf(file: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  await list({
    file,
    strict: true,
    onReadEntry: ({ path, mode, uid, gid }) => {
      seen.push({ path, mode, uid, gid });
    },
  });
  return seen;
}

test("an archive has the vendor's shape, belongs to root, and is the same each time", async (t) => {
  const folder = openFolder(t);
  const one = await buildArchive({ out: join(folder, "one"), version: "1.2.3", sources, cache });
  const two = await buildArchive({ out: join(folder, "two"), version: "1.2.3", sources });
  t.equal(one.path, join(folder, "one/kNET-PKCS11-Linux-1.2.3.tar"));
  t.equal(one.sha256, two.sha256, "from the cache and without it");
  t.match(one.sha256, /^[0-9a-f]{64}$/);
  t.strictSame(await entriesOf(one.path), [
    { path: "kNET-PKCS11-Linux-1.2.3/", mode: 0o755, uid: 0, gid: 0 },
    { path: "kNET-PKCS11-Linux-1.2.3/install.sh", mode: 0o755, uid: 0, gid: 0 },
    { path: "kNET-PKCS11-Linux-1.2.3/libkNETPKCS11.so", mode: 0o755, uid: 0, gid: 0 },
    { path: "kNET-PKCS11-Linux-1.2.3/README", mode: 0o644, uid: 0, gid: 0 },
  ]);
  t.strictSame(
    readdirSync(join(folder, "one")),
    ["kNET-PKCS11-Linux-1.2.3.tar"],
    "nothing else is left there",
  );
});

test("the module shows one symbol, needs libcurl as the vendor's does, has its version", async (t) => {
  const folder = openFolder(t);
  const { path } = await buildArchive({ out: folder, version: "4.5.6", sources, cache });
  execFileSync("tar", ["-xf", path, "-C", folder]);
  const module = join(folder, "kNET-PKCS11-Linux-4.5.6/libkNETPKCS11.so");
  const symbols = execFileSync("nm", ["-D", "--defined-only", module], { encoding: "utf8" });
  t.strictSame(
    symbols
      .trim()
      .split("\n")
      .map((line) => line.split(" ").at(-1)),
    ["C_GetFunctionList", "C_GetInterface", "C_GetInterfaceList"],
  );
  t.match(execFileSync("readelf", ["-d", module], { encoding: "utf8" }), /NEEDED.*libcurl\.so\.4/);
  t.ok(readFileSync(module).includes("kNET PKCS11 simulator 4.5.6"));
});

test("a module that a package carries compiled is taken as it is, with the archive's version", async (t) => {
  const folder = openFolder(t);
  mkdirSync(join(folder, "built"));
  writeFileSync(join(folder, "built/libkNETPKCS11.so"), "before @ARCHIVE_VERSION@ after");
  for (const name of ["install.sh", "README.md"]) copyFileSync(join(sources, name), join(folder, name));
  const { path } = await buildArchive({ out: folder, version: "1.22.333", sources: folder });
  const args = ["-xOf", path, "kNET-PKCS11-Linux-1.22.333/libkNETPKCS11.so"];
  t.equal(execFileSync("tar", args, { encoding: "utf8" }), `before 1.22.333${"\0".repeat(9)} after`);
});

test("what is wrong with a version, the compiler or the sources is said", async (t) => {
  const folder = openFolder(t);
  for (const version of ["", "1.7", "1.7.0/../x", '1.7.0";', "1.7.0\n"])
    await t.rejects(buildArchive({ out: folder, version, sources }), { code: "simulator-arguments-invalid" });
  await t.rejects(buildArchive({ out: folder, version: "1.7.0", sources: folder }), {
    code: "simulator-sources-missing",
  });
  await t.rejects(runTool("no-such-compiler", "gcc libc6-dev", []), {
    code: "simulator-tool-missing",
    hint: /apt-get install gcc/,
  });
});

test("the C sources compile without a warning", (t) => {
  const files = ["module", "tokens"].flatMap((place) =>
    readdirSync(join(sources, place))
      .filter((name) => name.endsWith(".c"))
      .map((name) => join(sources, place, name)),
  );
  const flags = [
    "-std=c11",
    "-O1",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wshadow",
    "-D_GNU_SOURCE",
    "-I/usr/include/p11-kit-1",
  ];
  const { status, stderr } = spawnSync("gcc", [...flags, "-c", ...files], {
    cwd: openFolder(t),
    encoding: "utf8",
  });
  t.equal(status, 0, stderr);
  t.end();
});

/**
 * /usr/local/lib, /opt and /etc as they are, but for a client that is installed, with what is written to them
 * gone at the end.
 */
const overlays = `
set -e
mount -t tmpfs none "$1/layers"
for place in usr/local/lib opt etc var/cache; do
  mkdir -p "$1/layers/$place/up" "$1/layers/$place/work"
  layers=$1/layers/$place
  mount -t overlay none -o "lowerdir=/$place,upperdir=$layers/up,workdir=$layers/work" "/$place"
done
rm -rf /opt/k[nr]* /usr/local/lib/k[nr]* /etc/ld.so.conf.d/*[kK][nN][eE][tT]*
`;

test("install.sh refuses whoever is not root", async (t) => {
  const folder = openFolder(t);
  const { path } = await buildArchive({ out: folder, version: "1.7.0", sources, cache });
  execFileSync("tar", ["-xf", path, "-C", folder]);
  const { status, stderr } = spawnSync("./install.sh", {
    cwd: join(folder, "kNET-PKCS11-Linux-1.7.0"),
    uid: 61_237,
    gid: 61_237,
    encoding: "utf8",
  });
  t.equal(status, 1);
  t.match(stderr, /as root/);
});

for (const registerLoader of [true, false]) {
  test(
    `install.sh puts the module in its place and ${registerLoader ? "tells" : "does not tell"} the ` +
      "loader",
    async (t) => {
      const folder = openFolder(t);
      const before = existsSync("/opt/kryptus");
      const { path } = await buildArchive({ out: folder, version: "1.7.0", sources, cache, registerLoader });
      execFileSync("tar", ["-xf", path, "-C", folder]);
      execFileSync("mkdir", [join(folder, "layers")]);
      const script = `${overlays}
      /bin/sh "$1/kNET-PKCS11-Linux-1.7.0/install.sh" < /dev/null
      stat -c '%a %U:%G %n' /usr/local/lib/kryptus/libknetpkcs11_64/* /opt/kryptus/knet/*
      cat /opt/kryptus/knet/version /etc/ld.so.conf.d/knet-pkcs11.conf || true
      ldconfig -p | grep -c libkNETPKCS11.so || true`;
      const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script, "sh", folder], {
        encoding: "utf8",
      });
      t.match(
        stdout,
        new RegExp(
          "^755 root:root /usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11\\.so\n" +
            "644 root:root /opt/kryptus/knet/README\n644 root:root /opt/kryptus/knet/version\n1\\.7\\.0\n",
          "m",
        ),
        stderr,
      );
      t.match(stdout, registerLoader ? /libknetpkcs11_64\n1\n$/ : /1\.7\.0\n0\n$/);
      t.equal(existsSync("/opt/kryptus"), before, "the host itself is as before");
      t.ok(statSync("/usr/local/lib").isDirectory());
    },
  );
}
