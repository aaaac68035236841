import { renameSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { run } from "./run.mjs";

/** Makes knetctl-X.Y.Z-1.x86_64.rpm of a payload with rpmbuild; returns its name. `level` is xz's. */
export function makeRpm({ payload, version, epoch, out, level, work }) {
  const top = join(work, "rpm");
  const defined = {
    _topdir: top,
    _tmppath: top,
    _binary_payload: `w${level}.xzdio`,
    package_version: version,
    payload,
  };
  const defines = Object.entries(defined).flatMap(([name, value]) => ["--define", `${name} ${value}`]);
  run(
    "rpmbuild",
    ["-bb", "--quiet", "--target", "x86_64-linux", ...defines, inClone("installers/package/knetctl.spec")],
    {
      env: { SOURCE_DATE_EPOCH: String(epoch), HOME: top },
    },
  );
  const name = `knetctl-${version}-1.x86_64.rpm`;
  renameSync(join(top, "RPMS/x86_64", name), join(out, name));
  return name;
}
