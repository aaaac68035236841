import type { Distribution } from "../distribution.js";

/** What to install for a library that is missing, on Debian 12 and 13 and Ubuntu 24.04. */
const packages: Readonly<Record<string, string>> = {
  "libcurl.so.4": "libcurl4 (libcurl4t64 on Debian 13 and Ubuntu 24.04)",
  "libcurl-gnutls.so.4": "libcurl3-gnutls (libcurl3t64-gnutls on Debian 13 and Ubuntu 24.04)",
  "libssl.so.3": "libssl3 (libssl3t64 on Debian 13 and Ubuntu 24.04)",
  "libcrypto.so.3": "libssl3 (libssl3t64 on Debian 13 and Ubuntu 24.04)",
  "libjansson.so.4": "libjansson4",
  "libstdc++.so.6": "libstdc++6",
  "libgcc_s.so.1": "libgcc-s1",
  "libz.so.1": "zlib1g",
  "libp11-kit.so.0": "libp11-kit0",
  "libxml2.so.2": "libxml2",
  "libuuid.so.1": "libuuid1",
  "libgnutls.so.30": "libgnutls30 (libgnutls30t64 on Debian 13 and Ubuntu 24.04)",
};

/** Of releases that are gone: no package brings them back. */
const gone: Readonly<Record<string, string>> = {
  "libcurl.so.3":
    "the archive was built for libcurl3, which Debian 12 and 13 and Ubuntu 24.04 no longer have: ask " +
    "the vendor for an archive built for libcurl4; a link from libcurl.so.4 does not help where " +
    "symbol versions differ",
  CURL_OPENSSL_3:
    "the archive was built for libcurl3; the libcurl4 of this host offers CURL_OPENSSL_4; ask the " +
    "vendor for an archive built for libcurl4",
  "libssl.so.1.1":
    "the archive was built for OpenSSL 1.1, which Debian 12 and 13 and Ubuntu 24.04 no longer have: " +
    "ask the vendor for one built for OpenSSL 3",
  "libcrypto.so.1.1":
    "the archive was built for OpenSSL 1.1, which Debian 12 and 13 and Ubuntu 24.04 no longer have: " +
    "ask the vendor for one built for OpenSSL 3",
};

/** What to do about a library that the dynamic loader does not find. */
export function missingLibraryHint(library: string, distribution: Distribution, bits: 32 | 64): string {
  const capability = `'${library}()${bits === 64 ? "(64bit)" : ""}'`;
  switch (distribution) {
    case "debian": {
      const known = packages[library];
      if (known !== undefined) return `install the package ${known}, then run again`;
      return (
        gone[library] ??
        `find its package with apt-file search ${library}, or ask the vendor for an archive for this release`
      );
    }
    case "fedora":
      return (
        `run dnf install ${capability}, then run again; if no package provides it, ask the vendor for an ` +
        "archive for this release"
      );
    case "suse":
      return (
        `run zypper install ${capability}, then run again; if no package provides it, ask the vendor for ` +
        "an archive for this release"
      );
    case "alpine":
    case "other":
      return (
        `install the package that brings ${library}, then run again, or ask the vendor for an archive ` +
        "for this system"
      );
  }
}

/** What to do about a symbol version that the library found does not offer. */
export function missingVersionHint(library: string, version: string, distribution: Distribution): string {
  const known = gone[version];
  if (known !== undefined && distribution === "debian") return known;
  if (/^GLIBC/.test(version))
    return "the archive was built on a newer release than this host's: ask the vendor for one built for it";
  return (
    `install the release of ${library} that the archive was built for, or ask the vendor for another ` +
    "archive"
  );
}
