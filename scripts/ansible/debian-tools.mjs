import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const python = "/usr/bin/python3";

/** Asks this system's python3, and returns what it prints. */
const asked = (text) => execFileSync(python, ["-c", text], { encoding: "utf8" }).trim();

/** As ansible-test names it: 3.11. */
export const pythonVersion = () => asked("import sys; print('%d.%d' % sys.version_info[:2])");

/**
 * ansible-test installs its tools from the Python index, in the versions that it names, into environments of
 * its own; it begins with a pip that it fetches, unless that is in its cache. Puts there, for the home folder
 * `home`, what lets these environments see Debian's packages, and installs nothing. A check whose tool is in
 * none of them fails.
 */
export function useDebianTools(home) {
  const cache = join(home, ".ansible/test/cache");
  mkdirSync(cache, { recursive: true });
  for (const version of pipVersions())
    writeFileSync(join(cache, `get_pip_${version.replaceAll(".", "_")}.py`), bootstrap(version));
}

/**
 * Checks of this ansible-test whose tools no package of this system has: from 2.17 on validate-modules needs
 * antsibull-docs-parser, which Debian does not have.
 */
export function checksWithoutTools() {
  const found = asked(
    "import importlib.util as has; from ansible.release import __version__ as version; " +
      "print(int(version.split('.')[1]), bool(has.find_spec('antsibull_docs_parser')))",
  );
  const [minor, hasParser] = found.split(" ");
  return Number(minor) >= 17 && hasParser === "False" ? ["validate-modules"] : [];
}

/** The versions of pip that this ansible-test may begin with. */
function pipVersions() {
  const file = asked("import ansible_test._internal.python_requirements as found; print(found.__file__)");
  const found = readFileSync(file, "utf8").matchAll(/\bpip=['"](\d[\d.]*)['"]/g);
  return new Set([...found].map(([, version]) => version));
}

/** In place of get-pip.py: a pip that says its version and does nothing, and a way to Debian's packages. */
const bootstrap = (version) => `import os
import sysconfig

site = sysconfig.get_path("purelib")
os.makedirs(os.path.join(site, "pip"), exist_ok=True)
for name, text in {
    "debian.pth": "/usr/lib/python3/dist-packages\\n",
    "pip/__init__.py": "__version__ = '${version}'\\n",
    "pip/__main__.py": "print('pip ${version}')\\n",
}.items():
    with open(os.path.join(site, name), "w") as stream:
        stream.write(text)
`;
