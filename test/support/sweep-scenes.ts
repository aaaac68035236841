import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { path, type AbsolutePath } from "../../src/host/path.js";
import { smallRoot } from "./small-root.js";
import { vendorArchive } from "./vendor-archive.js";

/** A host before an apply, and the profile for it. */
export interface Scene {
  readonly name: string;
  readonly profile: string;
  /** Makes the host as it is before, at a new place; `remove` when it is done with. */
  readonly fresh: () => { readonly root: AbsolutePath; readonly remove: () => void };
}

interface Test {
  teardown(work: () => void): void;
}

const settings = "etc/amplia/appsettings.conf";

/** What install.sh of the sweeps does: everything that an installer can do to files. */
export const installScript = `
  mkdir -p /opt/knet/doc /usr/local/lib/kryptus
  cp libkNETPKCS11.so /usr/local/lib/kryptus/libkNETPKCS11.so
  chmod 0755 /usr/local/lib/kryptus/libkNETPKCS11.so
  echo new > /etc/knet.conf
  chmod 0600 /etc/knet.conf
  rm -r /opt/knet-old
  ln -s kryptus /usr/local/lib/knet
  rm /usr/local/lib/link
  ln -s /opt/knet /usr/local/lib/link
  chmod 0700 /etc/knet.d
  rm /etc/knet.turned
  mkdir /etc/knet.turned
  echo text > /etc/knet.turned/text
  echo text > /opt/knet/doc/readme`;

/** An empty host: account, home, module, loader entry and config.json are all to be made. */
export function freshHost(t: Test, folder: string, script = installScript): Scene {
  const archive = vendorArchive(folder, script);
  const profile = writeProfile(join(folder, "fresh.yaml"), { create: true, module: archive });
  return {
    name: "a fresh host",
    profile,
    fresh: original(t, (root) => {
      put(root, "etc/knet.conf", "old", 0o644);
      put(root, "etc/knet.d/own", "kept", 0o644);
      put(root, "etc/knet.turned", "a file that becomes a folder", 0o604);
      put(root, "opt/knet-old/readme", "old", 0o640);
      symlinkSync("/opt/knet-old", join(root, "usr/local/lib/link"));
    }),
  };
}

/** A host where everything lies there already, with other content, owners and modes. */
export function settledHost(t: Test, folder: string): Scene {
  const profile = writeProfile(join(folder, "settled.yaml"), { create: false });
  return {
    name: "a host with other settings, owners and modes",
    profile,
    fresh: original(t, (root) => {
      writeFileSync(
        join(root, "etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\namplia:x:990:990::/var/amplia:/usr/sbin/nologin\n",
      );
      writeFileSync(join(root, "etc/group"), "root:x:0:\namplia:x:990:\n");
      const old = { connections: { gone: { ip: "10.0.0.1", port: "1" } }, users: {}, log_verbosity: "full" };
      put(root, "var/amplia/.config/kryptus/knet/pkcs11/config.json", JSON.stringify(old), 0o644);
      put(root, "var/amplia/.config/kryptus/own.txt", "the user's own", 0o604);
      put(root, settings, "[KeyStores:Own]\r\nType=Native\r\n\r\n[KeyStores:Hsm]\r\nPin=an old one", 0o644);
      for (const name of ["", "/.config", "/.config/kryptus", "/.config/kryptus/own.txt"])
        chownSync(join(root, `var/amplia${name}`), 990, 990);
      chmodSync(join(root, "var/amplia"), 0o750);
      chmodSync(join(root, "var/amplia/.config"), 0o755);
    }),
  };
}

/**
 * A host with an account and nothing more but a file of the client's whose owner alone is not as it should
 * be: every folder and file is to be made.
 */
export function bareHost(t: Test, folder: string): Scene {
  const profile = writeProfile(join(folder, "bare.yaml"), { create: false });
  return {
    name: "a host with an account alone",
    profile,
    fresh: original(t, (root) => {
      writeFileSync(
        join(root, "etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\namplia:x:990:990::/var/amplia:/usr/sbin/nologin\n",
      );
      writeFileSync(join(root, "etc/group"), "root:x:0:\namplia:x:990:\n");
      put(root, "var/amplia/.config/kryptus/own.log", "the user's own", 0o640);
      for (const name of ["", "/.config", "/.config/kryptus", "/.config/kryptus/own.log"])
        chownSync(join(root, `var/amplia${name}`), 990, 990);
      for (const name of ["", "/.config", "/.config/kryptus"])
        chmodSync(join(root, `var/amplia${name}`), 0o750);
    }),
  };
}

function put(root: string, name: string, content: string, mode: number): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
  chmodSync(join(root, name), mode);
}

function original(t: Test, ready: (root: string) => void): Scene["fresh"] {
  const first = smallRoot(t);
  rmSync(join(first, "var/lib/knetctl"), { recursive: true });
  for (const [name, text] of [
    ["shadow", "root:*:20000:0:99999:7:::\n"],
    ["gshadow", "root:*::\n"],
  ] as const)
    put(first, `etc/${name}`, text, 0o640);
  ready(first);
  let made = 0;
  return () => {
    const root = path(`${first}-${++made}`);
    execFileSync("cp", ["-a", first, root]);
    return {
      root,
      remove: () => {
        rmSync(root, { recursive: true, force: true });
      },
    };
  };
}

function writeProfile(
  file: string,
  { create, module }: { create: boolean; module?: { path: string; sha256: string } },
): string {
  const pin = `${file}.pin`;
  writeFileSync(pin, "the PIN", { mode: 0o600 });
  writeFileSync(
    file,
    [
      "connections:",
      "  hsm_1:",
      "    endpoints:",
      "      - { ip: 10.1.2.3, port: 60161 }",
      "users:",
      `  ca_signer: { connection: hsm_1, pin: { file: ${pin} } }`,
      "log_verbosity: quiet",
      ...(module === undefined ? [] : [`module: { archive: ${module.path}, sha256: ${module.sha256} }`]),
      `service: { user: amplia, group: amplia, home: /var/amplia, create: ${String(create)} }`,
      "key_stores:",
      "  Hsm: { type: Pkcs11, user: ca_signer }",
      "default_key_store: Hsm",
      "",
    ].join("\n"),
  );
  return file;
}
