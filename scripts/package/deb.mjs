import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { gzip, move, put, settle } from "./payload.mjs";
import { run } from "./run.mjs";

/** What dpkg runs. */
const scripts = ["preinst", "postinst", "prerm", "postrm"];

const source = (name) => readFileSync(inClone("installers/package/debian", name), "utf8");

/**
 * Makes knetctl_X.Y.Z-1_amd64.deb of a payload, with Debian's own places and documents; returns its name.
 * `level` is xz's, from 0 to 9.
 */
export function makeDeb({ payload, version, epoch, out, level, work }) {
  const root = join(work, "deb");
  run("cp", ["-al", payload, root]);
  move(
    join(root, "usr/share/zsh/site-functions/_knetctl"),
    join(root, "usr/share/zsh/vendor-completions/_knetctl"),
  );
  rmSync(join(root, "usr/share/zsh/site-functions"), { recursive: true });
  const documents = join(root, "usr/share/doc/knetctl");
  rmSync(join(documents, "LICENSE"));
  put(join(documents, "copyright"), copyright());
  const changes = readFileSync(join(documents, "CHANGELOG.md"));
  rmSync(join(documents, "CHANGELOG.md"));
  put(join(documents, "changelog.gz"), gzip(changes));
  put(join(documents, "changelog.Debian.gz"), gzip(Buffer.from(debianChangelog(version, epoch))));
  const size = installedSize(root);

  const control = join(root, "DEBIAN");
  mkdirSync(control);
  const fields = source("control").replace("@VERSION@", `${version}-1`).replace("@INSTALLED_SIZE@", size);
  writeFileSync(join(control, "control"), fields);
  for (const name of scripts) cpSync(inClone("installers/package/debian", name), join(control, name));
  const sums = run("find", ["usr", "-type", "f", "-exec", "md5sum", "{}", "+"], { cwd: root });
  writeFileSync(join(control, "md5sums"), `${sums.trim().split("\n").sort(byPath).join("\n")}\n`);
  settle(root, epoch);
  run("chmod", ["755", ...scripts.map((name) => join(control, name))]);

  const name = `knetctl_${version}-1_amd64.deb`;
  const compression = ["-Zxz", `-z${level}`, ...(level === 9 ? ["-Sextreme"] : [])];
  run("dpkg-deb", ["--root-owner-group", ...compression, "--build", root, join(out, name)], {
    env: { SOURCE_DATE_EPOCH: String(epoch) },
  });
  return name;
}

const byPath = (one, other) => (one.slice(34) < other.slice(34) ? -1 : 1);

/** The licence's text, indented as a field of the copyright file (DEP 5). */
function copyright() {
  const [, , ...text] = readFileSync(inClone("LICENSE"), "utf8").trim().split("\n");
  const lines = text.slice(2).map((line) => (line === "" ? " ." : ` ${line}`));
  return source("copyright").replace("@LICENSE@", lines.join("\n"));
}

/** No mailbox: whoever makes the package is not known. Nobody can have its domain (RFC 2606). */
const maintainer = () => /^Maintainer: (.+)$/m.exec(source("control"))[1];

function debianChangelog(version, epoch) {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `knetctl (${version}-1) unstable; urgency=medium

  * Release ${version}: changelog.gz says what changed.

 -- ${maintainer()}  ${date}
`;
}

/** In KiB, as dpkg-gencontrol counts: each file up to whole KiB, and one for a folder or a link. */
function installedSize(root) {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const kib = (entry) =>
    entry.isFile() ? Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 1024) : 1;
  return String(entries.reduce((sum, entry) => sum + kib(entry), 0));
}
