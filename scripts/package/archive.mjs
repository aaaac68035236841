import { renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/**
 * Makes knetctl-X.Y.Z-linux-x64.tar.xz of a payload: what is in its usr/, in one folder that may be anywhere.
 * Returns its name. `level` is xz's.
 */
export function makeArchive({ payload, version, epoch, out, level, work }) {
  const folder = `knetctl-${version}-linux-x64`;
  run("cp", ["-al", join(payload, "usr"), join(work, folder)]);
  run("tar", [
    ...["--create", "--format=ustar", "--sort=name", `--mtime=@${epoch}`, "--mode=go-w"],
    ...["--owner=root:0", "--group=root:0", "--hard-dereference"],
    ...["-f", join(work, `${folder}.tar`), "-C", work, folder],
  ]);
  // the filter for x86 code takes a megabyte off
  run("xz", [
    "-T1",
    "--x86",
    `--lzma2=preset=${level}${level === 9 ? "e" : ""}`,
    join(work, `${folder}.tar`),
  ]);
  renameSync(join(work, `${folder}.tar.xz`), join(out, `${folder}.tar.xz`));
  return `${folder}.tar.xz`;
}
