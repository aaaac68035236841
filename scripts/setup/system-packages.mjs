import { existsSync } from "node:fs";
import { lastLines, quiet } from "./child.mjs";
import { SetupFailure } from "./failure.mjs";
import { nodeHeaders } from "./node-headers.mjs";
import { step } from "./progress.mjs";
import { asRoot } from "./root.mjs";
import { withoutServices } from "./without-services.mjs";

/**
 * Debian's and Ubuntu's names, in groups by what they are for. A run names the groups that it needs, see
 * runs.mjs; all of them need `npm`.
 */
const groups = {
  npm: ["ca-certificates"],
  /** to build the program and the PKCS #11 addon */
  build: ["gcc", "g++", "libc6-dev", "make", "python3"],
  /** what the program calls */
  program: ["libc-bin", "mount", "passwd", "util-linux", "xz-utils"],
  /** headers and libraries of the simulated module */
  module: ["libcurl4-openssl-dev", "libjansson-dev", "libp11-kit-dev"],
  /** tokens and tools to test it with */
  simulator: ["softhsm2", "opensc", "p11-kit", "p11-kit-modules", "openssl"],
  /** what makes packages: a small C library for the launcher, and tools */
  package: ["binutils", "dpkg", "icu-devtools", "musl-tools", "rpm", "tar", "xz-utils"],
  /** what the tests and the bench call */
  tests: [
    "acl",
    "ansible-core",
    "attr",
    "dbus",
    "e2fsprogs",
    "fish",
    "iproute2",
    "libnss3",
    "libxml2-utils",
    "mandoc",
    "opencryptoki",
    "procps",
    "strace",
    "systemd",
    "zsh",
  ],
  /** what looks at the Ansible collection; of ansible-test's checks, those that Debian has the tools for */
  ansible: [
    "ansible-core",
    "ansible-lint",
    "pycodestyle",
    "pylint",
    "python3-venv",
    "python3-voluptuous",
    "shellcheck",
    "yamllint",
  ],
  /** what builds images from a Containerfile, and the root of a base image */
  images: ["buildah", "debootstrap", "tar"],
  /** what the generator's page is looked at with; with half the work of the one that could have windows */
  browser: ["chromium-headless-shell"],
  /** clients that the tests prove consumers with */
  consumers: [
    "apache2-bin",
    "default-jre-headless",
    "gnutls-bin",
    "knot",
    "libengine-pkcs11-openssl",
    "libhsm-bin",
    "libnss3-tools",
    "pkcs11-provider",
  ],
  /** servers that the tests probe */
  servers: ["nginx", "openssh-server", "python3-pykmip"],
};

/** What some release lacks: Debian 13 has no OpenDNSSEC, Debian 12 no pkcs11-provider, Ubuntu no Chromium. */
const whereThere = new Set(["chromium-headless-shell", "libhsm-bin", "pkcs11-provider"]);

/** Installs with apt-get, as root, what is missing; silent if nothing is. */
export async function installSystemPackages(root, missing) {
  if (missing.length === 0) return;
  if (!existsSync("/usr/bin/apt-get")) {
    throw new SetupFailure(
      "packages are missing, and there is no apt-get to install them with; their Debian names: " +
        `${missing.join(" ")}`,
      "use Debian 12 or 13, or Ubuntu 24.04",
    );
  }
  if (root.kind === "none") {
    throw new SetupFailure(
      `system packages are missing, and this user is not root and may not use sudo: ${missing.join(" ")}`,
      `as root: apt-get update && apt-get install ${missing.join(" ")}`,
    );
  }
  await step(`system packages (${missing.join(" ")})`, async () => {
    await aptGet(root, ["update", "-o", "APT::Update::Error-Mode=any"], missing);
    const names = await withoutUnknown(missing);
    await aptGet(
      root,
      ["install", "--yes", "--no-install-recommends", ...names],
      names,
      withoutServices(names),
    );
  });
}

/** What this machine lacks of these groups. */
export async function missingPackages(wanted) {
  if (process.platform !== "linux") {
    throw new SetupFailure(
      `this is ${process.platform}: knetctl runs on Linux`,
      "use Debian 12 or 13, or Ubuntu 24.04, in a virtual machine",
    );
  }
  const names = ["npm", ...wanted].flatMap((group) => groups[group]);
  if (wanted.includes("build") && nodeHeaders() === undefined) names.push("libnode-dev");
  if (!existsSync("/usr/bin/dpkg-query")) return names;
  const { output } = await quiet("dpkg-query", [
    "--show",
    "--showformat=${db:Status-Abbrev} ${Package}\\n",
    ...names,
  ]);
  const installed = new Set(
    output
      .split("\n")
      .filter((line) => line.startsWith("ii "))
      .map((line) => line.split(/ +/)[1]),
  );
  const missing = names.filter((name) => !installed.has(name));
  // with the lists of packages that are here, if they are: the rest can only be told after an update
  return missing.every((name) => whereThere.has(name)) ? withoutUnknown(missing) : missing;
}

/** Without those that this release need not have, and has not. */
async function withoutUnknown(names) {
  const perhaps = names.filter((name) => whereThere.has(name));
  if (perhaps.length === 0) return names;
  const { output } = await quiet("apt-cache", ["policy", ...perhaps], {
    env: { ...process.env, LC_ALL: "C" },
  });
  const known = new Set(
    output.split(/^(?=\S)/m).flatMap((entry) => {
      const [, name, candidate] = /^(\S+):\n[^]*?^ +Candidate: (\S+)$/m.exec(entry) ?? [];
      return candidate === undefined || candidate === "(none)" ? [] : [name];
    }),
  );
  return names.filter((name) => !whereThere.has(name) || known.has(name));
}

async function aptGet(root, args, missing, around = []) {
  const environment = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  const command = asRoot(root, environment, [
    ...around,
    "apt-get",
    "-q",
    "-o",
    "DPkg::Lock::Timeout=120",
    ...args,
  ]);
  const { code, output } = await quiet(command[0], command.slice(1), {
    env: { ...process.env, ...environment },
  });
  if (code === 0) return;
  throw new SetupFailure(
    `apt-get ${args[0]} failed while installing ${missing.join(" ")}`,
    hintFor(output),
    lastLines(output),
  );
}

function hintFor(output) {
  if (/password is required|not in the sudoers|may not run sudo/i.test(output))
    return "sudo refused: run this as root";
  if (/could not get lock|unable to lock/i.test(output))
    return "another package manager is running: wait for it, then run this again";
  if (/unable to locate package|no installation candidate/i.test(output)) {
    return "the package sources do not have it: on Ubuntu, the `universe` component is needed";
  }
  if (/resolv|unable to connect|could not connect|failed to fetch|network is unreachable/i.test(output)) {
    return (
      "no network to the package sources: check the network, the proxy and /etc/apt/sources.list*, " +
      "then run this again"
    );
  }
  return "fix what apt-get reports above, then run this again";
}
