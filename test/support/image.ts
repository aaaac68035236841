import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";

const ofThisMachine = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/**
 * An image, for test files that run in a sandbox: this machine's programs, bound below another root, with its
 * own /etc, /var, /opt and /usr/local.
 */
export function makeImage(image: string): string {
  execFileSync("sh", [
    "-euc",
    `
  mkdir -p ${image}/var/lib ${image}/tmp ${image}/opt ${image}/usr/local/lib
  cp -a /etc ${image}/etc
  for d in ${ofThisMachine.join(" ")}; do
    [ ! -L /$d ] || cp -a /$d ${image}/$d
    [ ! -d /usr/$d ] || { mkdir ${image}/usr/$d; mount --bind /usr/$d ${image}/usr/$d; }
  done
  ldconfig -r ${image}`,
  ]);
  return image;
}

/** All that the image has of its own, as a tool packs it whose files are no later than the sources. */
export function packed(image: string): string {
  const bound = ofThisMachine.map((name) => `--exclude=./usr/${name}`);
  const how = ["--sort=name", "--numeric-owner", "--clamp-mtime", "--mtime=@0", ...bound];
  const files = execFileSync("tar", [...how, "-C", image, "-cf", "-", "."], { maxBuffer: 512 * 1024 ** 2 });
  return createHash("sha256").update(files).digest("hex");
}
