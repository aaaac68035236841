import { execFileSync } from "node:child_process";
import { chownSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import type { Files } from "../../src/host/host.js";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { Problem, type ProblemJson } from "../../src/problem/problem.js";

/** What the file layer says when the machine refuses; each of these runs in a sandbox. */

const rights = { mode: 0o600, uid: 0, gid: 0 };
const folder = "/srv/fault";
const target = path("/srv/fault/file");
const files = (): Files => realHost(path("/")).files();

function outcome(work: () => unknown): ProblemJson | string {
  try {
    work();
    return "done";
  } catch (error) {
    return error instanceof Problem ? error.toJSON() : String(error);
  }
}

function mounted(...mount: readonly string[]): void {
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", ...mount, "tmpfs", folder]);
}

const seen = (): unknown => [readFileSync(target, "utf8"), readdirSync(folder)];

export function fullDisk(): unknown {
  mounted("-o", "size=64k,mode=755");
  files().write(target, Buffer.from("old"), rights);
  return {
    problem: outcome(() => {
      files().write(target, Buffer.alloc(100_000), rights);
    }),
    seen: seen(),
  };
}

export function noInodes(): unknown {
  mounted("-o", "nr_inodes=2,mode=755");
  files().write(path("/srv/fault/x"), Buffer.from(""), rights);
  return outcome(() => {
    files().write(target, Buffer.from("new"), rights);
  });
}

export function readOnlyDisk(): unknown {
  mounted("-o", "mode=755");
  files().write(target, Buffer.from("old"), rights);
  execFileSync("mount", ["-o", "remount,ro", folder]);
  const entry = files().entry(target);
  return {
    write: outcome(() => {
      files().write(target, Buffer.from("new"), rights);
    }),
    setMode: outcome(() => {
      if (entry) files().setMode(target, entry, 0o777);
    }),
    remove: outcome(() => {
      files().remove(target);
    }),
    createFolder: outcome(() => {
      files().createFolder(path("/srv/fault/d"), rights);
    }),
    seen: seen(),
  };
}

/** On ext4 in a file: a tmpfs knows immutable files on later kernels only. */
export function immutable(): unknown {
  const image = "/run/fault.img";
  execFileSync("truncate", ["--size=8M", image]);
  execFileSync("mkfs.ext4", ["-q", "-F", "-O", "^has_journal", image]);
  mkdirSync(folder);
  execFileSync("mount", ["-o", "loop", image, folder]);
  rmdirSync(`${folder}/lost+found`);
  files().write(target, Buffer.from("old"), rights);
  execFileSync("chattr", ["+i", target]);
  return {
    write: outcome(() => {
      files().write(target, Buffer.from("new"), rights);
    }),
    remove: outcome(() => {
      files().remove(target);
    }),
    seen: seen(),
  };
}

export function tooLarge(): unknown {
  mkdirSync(folder);
  files().write(target, Buffer.from("old"), rights);
  execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=1000"]);
  process.on("SIGXFSZ", () => undefined);
  return {
    problem: outcome(() => {
      files().write(target, Buffer.alloc(5000), rights);
    }),
    seen: seen(),
  };
}

export function noProc(): unknown {
  mkdirSync(folder);
  execFileSync("umount", ["-l", "/proc"]);
  const host = realHost(path("/"));
  return {
    read: outcome(() => host.files().read(path("/etc/passwd"))),
    write: outcome(() => {
      host.files().write(target, Buffer.from(""), rights);
    }),
    names: readdirSync(folder),
  };
}

/** Somebody has put plain folders where descriptors should be. */
export function falseProc(): unknown {
  mkdirSync(folder);
  writeFileSync(target, "precious");
  execFileSync("/bin/sh", [
    "-euc",
    "umount -l /proc; mkdir -p /proc/self/fd; for n in $(seq 0 60); do ln -s /srv /proc/self/fd/$n; done",
  ]);
  return {
    write: outcome(() => {
      realHost(path("/")).files().write(path("/fault/file"), Buffer.from("new"), rights);
    }),
    victim: readFileSync(target, "utf8"),
  };
}

export function notRoot(): unknown {
  mkdirSync(folder);
  mkdirSync(`${folder}/secret`, { mode: 0o700 });
  writeFileSync(target, "x", { mode: 0o600 });
  mkdirSync(`${folder}/own`);
  chownSync(`${folder}/own`, 61_234, 61_234);
  const said = execFileSync(process.execPath, [...process.execArgv, "withoutRights", "[]"], {
    uid: 61_234,
    gid: 61_234,
    encoding: "utf8",
  });
  return JSON.parse(said.slice(said.lastIndexOf("\n") + 1)) as unknown;
}

/** As a user who owns /srv/fault/own alone. */
export function withoutRights(): unknown {
  const mine = { mode: 0o600, uid: 61_234, gid: 61_234 };
  return {
    read: outcome(() => files().read(target)),
    beyond: outcome(() => files().entry(path("/srv/fault/secret/x"))),
    write: outcome(() => {
      files().write(target, Buffer.from("new"), rights);
    }),
    own: outcome(() => {
      files().write(path("/srv/fault/own/file"), Buffer.from("new"), mine);
    }),
    giveAway: outcome(() => {
      files().write(path("/srv/fault/own/other"), Buffer.from("new"), rights);
    }),
    names: readdirSync(`${folder}/own`),
    mode: statSync(target).mode & 0o777,
  };
}
