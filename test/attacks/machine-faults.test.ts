import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AbsolutePath } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { readRuns } from "../../src/workflow/journal/runs.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram, preloadable } from "../support/faulty-calls.js";
import { runVerb, type Ran } from "../support/run-verb.js";
import { freshHost, settledHost, type Scene } from "../support/sweep-scenes.js";
import { differences, treeOf } from "../support/tree.js";
import { started } from "../support/verb-program.js";

await ensureSandbox(import.meta.filename);

const folder = mkdtempSync("/dev/shm/knetctl-machine-");
const program = faultyProgram(folder);
const { script } = program;
const [fresh, settled] = [freshHost(t, folder), settledHost(t, folder)];
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const config = "/var/amplia/.config/kryptus/knet/pkcs11";
const halfOfJournal = await midJournal();

interface Trouble {
  readonly scene: Scene;
  /** Makes the machine faulty; what it returns mends it again. */
  readonly make: (root: AbsolutePath) => () => void;
  /** What the program is run by. */
  readonly by?: readonly string[];
  readonly exitCode: number;
  readonly problem: object;
  /** Absent where nothing was begun. */
  readonly outcome?: "rolled-back";
}

const nothing = (): (() => void) => () => undefined;

/**
 * Applies on the faulty machine: refused or rolled back, for the reason given, and all as before; then on the
 * mended one.
 */
function troubled(name: string, { scene, make, by = [], exitCode, problem, outcome }: Trouble): void {
  t.test(name, async (t) => {
    const { root, remove } = scene.fresh();
    const mend = make(root);
    const before = treeOf(root);
    const ran = await started([...by, process.execPath, script, "apply", scene.profile, root], environment);
    t.same(differences(before, treeOf(root)), [], "all is as before");
    mend();
    const problems = ran?.problems.filter(({ code }) => code !== "pin-in-image");
    t.match({ ...ran, problems }, { exitCode, problems: [problem] }, JSON.stringify(ran?.problems));
    t.equal(ran?.outcome, outcome);
    t.ok(
      ran?.problems.every(
        (one) =>
          one.severity === "warning" ||
          one.code === "host-command-missing" ||
          (one.where !== undefined && (one.detail ?? one.hint) !== undefined),
      ),
      JSON.stringify(ran?.problems),
    );
    t.match(
      await runVerb("apply", scene.profile, root),
      { exitCode: 0, outcome: "applied" },
      "mended, it applies",
    );
    remove();
  });
}

/** A size that a run's journal reaches between its first entry and its last. */
async function midJournal(): Promise<number> {
  const { root, remove } = settled.fresh();
  // as a program: those after it start faster then
  const ran = await program.run(["apply", settled.profile, root]);
  const text = readFileSync(join(root, `var/lib/knetctl/runs/${ran?.run ?? ""}/journal.jsonl`));
  remove();
  return Math.round((text.indexOf("\n") + text.length) / 2);
}

function readOnly(name: string): (root: string) => () => void {
  return (root) => mounted(join(root, name), ["--bind", join(root, name)], ["-o", "remount,bind,ro"]);
}

/** A file system of its own with the folder's content in it. */
function tmpfs(name: string, options: string): (root: string) => () => void {
  return (root) => {
    const place = join(root, name);
    const copy = mkdtempSync(`${folder}/copy-`);
    mkdirSync(place, { recursive: true });
    execFileSync("cp", ["-a", `${place}/.`, copy]);
    const unmount = mounted(place, ["-t", "tmpfs", "-o", options, "tmpfs"]);
    execFileSync("cp", ["-a", `${copy}/.`, place]);
    return unmount;
  };
}

function mounted(place: string, ...mounts: readonly (readonly string[])[]): () => void {
  for (const mount of mounts) execFileSync("mount", [...mount, place]);
  return () => {
    execFileSync("umount", [place]);
  };
}

function immutable(name: string): (root: string) => () => void {
  return (root) => {
    execFileSync("chattr", ["+i", join(root, name)]);
    return () => {
      execFileSync("chattr", ["-i", join(root, name)]);
    };
  };
}

function without(program: string): () => () => void {
  return () => {
    const places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map((place) => `${place}/${program}`);
    const kept = join(folder, program);
    copyFileSync(
      execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8", env: environment }).trim(),
      kept,
    );
    const found =
      places.find((place) => {
        try {
          return readFileSync(place).length > 0;
        } catch {
          return false;
        }
      }) ?? "";
    rmSync(found);
    return () => {
      copyFileSync(kept, found);
      chmodSync(found, 0o755);
    };
  };
}

const readOnlyProblem = { code: "host-file-system-read-only", hint: /remount/ };
troubled("51: a read-only home", {
  scene: settled,
  make: readOnly("var/amplia"),
  exitCode: 73,
  outcome: "rolled-back",
  problem: { ...readOnlyProblem, where: { path: /^\/var\/amplia/ } },
});
troubled("51: a read-only /etc", {
  scene: fresh,
  make: readOnly("etc"),
  exitCode: 73,
  problem: { ...readOnlyProblem, where: { path: "/etc/group" } },
});
troubled("51: a read-only /usr", {
  scene: fresh,
  make: readOnly("usr"),
  exitCode: 1,
  problem: { code: "installer-failed", detail: /Read-only file system/ },
});
troubled("51: a read-only /var/lib", {
  scene: fresh,
  make: readOnly("var/lib"),
  exitCode: 73,
  problem: { ...readOnlyProblem, where: { path: "/var/lib/knetctl" } },
});
troubled("51: a read-only folder of locks", {
  scene: fresh,
  make: () => {
    mkdirSync("/run/knetctl", { recursive: true, mode: 0o700 });
    return mounted("/run/knetctl", ["-t", "tmpfs", "-o", "ro,mode=700", "tmpfs"]);
  },
  exitCode: 73,
  problem: { ...readOnlyProblem, where: { path: "/run/knetctl/lock" } },
});
troubled("51: a read-only /tmp", {
  scene: fresh,
  make: () => mounted("/tmp", ["-t", "tmpfs", "-o", "ro,mode=1777", "tmpfs"]),
  exitCode: 73,
  problem: { ...readOnlyProblem, where: { path: "/tmp" } },
});

const fullProblem = { code: "host-no-space", hint: /df/ };
troubled("50: no inodes for the state", {
  scene: fresh,
  make: tmpfs("var/lib", "nr_inodes=4,mode=755"),
  exitCode: 73,
  problem: { ...fullProblem, where: { path: /^\/var\/lib\/knetctl/ } },
});
troubled("50: no inodes in the midst of a run", {
  scene: fresh,
  make: tmpfs("var/lib", "nr_inodes=9,mode=755"),
  exitCode: 73,
  outcome: "rolled-back",
  problem: { ...fullProblem, where: { path: /^\/var\/lib\/knetctl/ } },
});
troubled("50: no inodes in the home", {
  scene: settled,
  make: tmpfs(config.slice(1), "nr_inodes=2,mode=755"),
  exitCode: 73,
  outcome: "rolled-back",
  problem: { ...fullProblem, where: { path: `${config}/config.json` } },
});
troubled("50: a full disk under the state", {
  scene: fresh,
  make: tmpfs("var/lib", "size=24k,mode=755"),
  exitCode: 73,
  outcome: "rolled-back",
  problem: { ...fullProblem, where: { path: /^\/var\/lib\/knetctl/ } },
});
troubled("50: a full disk under the module", {
  scene: fresh,
  make: tmpfs("usr/local", "size=8k,mode=755"),
  exitCode: 73,
  outcome: "rolled-back",
  problem: { ...fullProblem, where: { path: /^\/usr\/local/ } },
});
troubled("50: a full /tmp", {
  scene: fresh,
  make: () => mounted("/tmp", ["-t", "tmpfs", "-o", "size=8k,mode=1777", "tmpfs"]),
  exitCode: 73,
  problem: { code: "archive-no-space", detail: /ENOSPC/, hint: /\/tmp/ },
});
for (const bytes of [100, halfOfJournal]) {
  troubled(`51: no file may be larger than ${bytes === 100 ? bytes : "half of the journal's"} bytes`, {
    scene: settled,
    make: nothing,
    by: ["prlimit", `--fsize=${bytes}`],
    exitCode: 73,
    ...(bytes > 100 && { outcome: "rolled-back" }),
    problem: { code: "host-file-size-limit", where: { path: /^\/var\/lib\/knetctl/ }, hint: /ulimit/ },
  });
}

const immutableProblem = { code: "host-file-immutable", hint: /lsattr/ };
if (knowsImmutable()) {
  troubled("17: an immutable config.json", {
    scene: settled,
    make: immutable(`${config}/config.json`),
    exitCode: 73,
    outcome: "rolled-back",
    problem: { ...immutableProblem, where: { path: `${config}/config.json` } },
  });
  troubled("17: an immutable folder of config.json", {
    scene: settled,
    make: immutable(config),
    exitCode: 73,
    outcome: "rolled-back",
    problem: { ...immutableProblem, where: { path: config } },
  });
  troubled("17: an immutable /etc/passwd", {
    scene: fresh,
    make: immutable("etc/passwd"),
    exitCode: 73,
    problem: { code: "host-file-immutable", where: { path: "/etc/passwd" } },
  });
  troubled("17: an immutable folder of libraries", {
    scene: fresh,
    make: immutable("usr/local/lib"),
    exitCode: 1,
    problem: { code: "installer-failed", detail: /not permitted/ },
  });
} else {
  t.comment("no chattr +i on this kernel's tmpfs");
}

troubled("22: no /proc", {
  scene: fresh,
  make: nothing,
  by: ["unshare", "--mount", "sh", "-c", 'umount -l /proc; exec "$@"', "sh"],
  exitCode: 69,
  problem: { code: "host-no-proc", where: { path: "/proc/self/fd" }, hint: /mount/ },
});
troubled("a missing flock", {
  scene: fresh,
  make: without("flock"),
  exitCode: 73,
  problem: { code: "host-lock-failed", hint: /util-linux/ },
});
troubled("a missing ldconfig", {
  scene: fresh,
  make: without("ldconfig"),
  exitCode: 69,
  outcome: "rolled-back",
  problem: { code: "host-command-missing", title: /ldconfig/, hint: /libc-bin/ },
});

for (const umask of ["000", "077", "777"]) {
  t.test(`a umask of ${umask} changes nothing`, async (t) => {
    for (const scene of [fresh, settled]) {
      const [usual, odd] = [scene.fresh(), scene.fresh()];
      await runVerb("apply", scene.profile, usual.root);
      const ran = await started(
        [
          "sh",
          "-c",
          `umask ${umask}; exec "$@"`,
          "sh",
          process.execPath,
          script,
          "apply",
          scene.profile,
          odd.root,
        ],
        environment,
      );
      t.match(ran, { exitCode: 0, outcome: "applied" }, JSON.stringify(ran?.problems));
      t.same(differences(treeOf(usual.root), treeOf(odd.root)), []);
      usual.remove();
      odd.remove();
    }
  });
}

const years = 365 * 86_400;
const clock = preloadable(folder, "false-clock");

function atTime(root: AbsolutePath, scene: Scene, shift: number, after = 0): Promise<Ran | undefined> {
  return started([process.execPath, script, "apply", scene.profile, root], {
    ...environment,
    LD_PRELOAD: clock,
    CLOCK_SHIFT: String(shift),
    CLOCK_AFTER: String(after),
  });
}

function sequences(t: Test, root: AbsolutePath): readonly number[] {
  const { runs, problems } = readRuns(realHost(root));
  t.same(problems, []);
  return runs.map(({ sequence }) => sequence);
}

t.test(
  "a clock that jumps by years between runs: history keeps their order, and some of it whatever the " +
    "clock says",
  async (t) => {
    const { root, remove } = settled.fresh();
    const drift = (): void => {
      chmodSync(join(root, config, "config.json"), 0o600);
    };
    for (const shift of [0, -10, 10, -10, 0, 0, 0]) {
      drift();
      t.match(await atTime(root, settled, shift * years), { exitCode: 0, outcome: "applied" });
    }
    const kept = sequences(t, root);
    t.same(
      kept,
      [...kept].sort((a, b) => b - a),
      "the latest first",
    );
    t.equal(kept[0], 7);
    t.ok(kept.length >= 5, `${kept.join()} are kept`);
    drift();
    t.match(await atTime(root, settled, 20 * years), { exitCode: 0, outcome: "applied" });
    t.same(sequences(t, root), [8, 7, 6, 5, 4], "the latest five, although all are years old");
    remove();
  },
);

for (const [name, shift] of [
  ["back", -10],
  ["forward", 10],
] as const) {
  t.test(`a clock that jumps ${name} by years during a run ends nothing early`, async (t) => {
    for (const after of [60, 150, 250]) {
      const { root, remove } = fresh.fresh();
      const ran = await atTime(root, fresh, shift * years, after);
      t.match(ran, { exitCode: 0, outcome: "applied" }, JSON.stringify(ran));
      t.match(await runVerb("apply", fresh.profile, root), { outcome: "unchanged" });
      remove();
    }
  });
}

function knowsImmutable(): boolean {
  const file = join(folder, "immutable");
  mkdirSync(file);
  try {
    execFileSync("chattr", ["+i", file], { stdio: "ignore" });
    execFileSync("chattr", ["-i", file]);
    return true;
  } catch {
    return false;
  }
}
