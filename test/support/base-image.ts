import { mkdirSync, writeFileSync } from "node:fs";
import { follow } from "../docs/follow.js";

/**
 * A root of this machine's own distribution, from its archive: the smallest, and one with cloud-init as well.
 * On Ubuntu, SoftHSM is in universe; a mirror that debootstrap cannot read is left out for the usual one.
 */
const roots = `
set -eu
. /etc/os-release
set -- --variant=minbase
[ "$ID" != ubuntu ] || set -- "$@" --components=main,universe
mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
  sed -n "s/^\\(http[^ ]*\\) $VERSION_CODENAME\\$/\\1/p" | head -n 1)
debootstrap "$@" "$VERSION_CODENAME" base $mirror
install() {
  root=$1
  shift
  chroot "$root" env -u TMPDIR DEBIAN_FRONTEND=noninteractive \\
    apt-get -q install --yes --no-install-recommends "$@"
}
install base libcurl4 libjansson4 softhsm2
cp -a base cloud
install cloud cloud-init
rm -rf base/var/cache/apt/archives/*.deb base/var/lib/apt/lists/*
tar -C base -cf base.tar .
container=$(buildah from scratch)
buildah add "$container" base.tar /
buildah commit --rm "$container" localhost/base:1
rm base.tar
`;

export interface Images {
  /** The root that `localhost/base:1` was made of: it has the libraries that the simulated module needs. */
  readonly base: string;
  /** Another, with Debian's cloud-init. */
  readonly cloud: string;
  /** Runs shell text in the folder of the build, where buildah keeps everything below the folder above. */
  readonly run: (text: string) => ReturnType<typeof follow>;
  /** The folder of the build. */
  readonly build: string;
  /** Where buildah keeps images and containers, as plain folders. */
  readonly storage: string;
}

/** Makes the base image; in a sandbox, with buildah and debootstrap, and Debian's archive to be reached. */
export async function makeBaseImage(folder: string): Promise<Images> {
  const [build, storage] = [`${folder}/build`, `${folder}/storage`];
  mkdirSync(build, { recursive: true });
  mkdirSync(`${folder}/tmp`);
  const conf = `${folder}/storage.conf`;
  writeFileSync(conf, `[storage]\ndriver = "vfs"\nrunroot = "${folder}/run"\ngraphroot = "${storage}"\n`);
  const env = {
    HOME: folder,
    TMPDIR: `${folder}/tmp`,
    CONTAINERS_STORAGE_CONF: conf,
    BUILDAH_ISOLATION: "chroot",
  };
  const { exitCode, said } = await follow(roots, folder, env);
  if (exitCode !== 0) throw new Error(`no base image:\n${said}`);
  return {
    base: `${folder}/base`,
    cloud: `${folder}/cloud`,
    run: (text) => follow(text, build, env),
    build,
    storage,
  };
}
