import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test } from "tap";
import { path } from "../../../src/host/path.js";
import type { PinSource } from "../../../src/host/pin/pin-text.js";
import { openDescriptors } from "../../../src/host/processes/inherited-descriptors.js";
import { readPin } from "../../../src/host/pin/read-pin.js";

const folder = mkdtempSync(join(tmpdir(), "read-pin-"));
t.teardown(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer, mode = 0o600): PinSource {
  const made = join(folder, name);
  writeFileSync(made, content, { mode });
  chmodSync(made, mode);
  return { from: "file", path: path(made) };
}

test("exactly one trailing line break is removed, and said", async (t) => {
  for (const [content, pin, notes] of [
    ["pin", "pin", 0],
    ["pin\n", "pin", 1],
    ["pin\r\n", "pin", 1],
    ["p ä", "p ä", 0],
  ] as const) {
    const read = await readPin(file("breaks", content));
    t.equal(read.pin.reveal(), pin);
    t.equal(read.notes.length, notes);
    t.strictSame(read.problems, []);
  }
});

test("what only looks like more than a PIN is read as it is, and doubted; --strict refuses it", async (t) => {
  const doubtful: readonly (readonly [pin: string, ...codes: string[]])[] = [
    [" pin", "pin-outer-blank"],
    ["pin ", "pin-outer-blank"],
    ["pin\u00a0", "pin-outer-blank"],
    ["\u200bpin", "pin-outer-blank"],
    ["'pin'", "pin-outer-quotes"],
    ['"pin"', "pin-outer-quotes"],
    ['"pin" ', "pin-outer-blank", "pin-outer-quotes"],
    ["PIN=1234", "pin-assignment"],
    ["export CA_PIN=1234", "pin-assignment"],
    ["KeyStores:a:Pin = 1234", "pin-assignment"],
    ["'pin"],
    ["Zm9vYg=="],
    ["=pin"],
    ["a b"],
    ["1=2"],
  ];
  for (const [pin, ...codes] of doubtful) {
    const read = await readPin(file("doubtful", `${pin}\n`));
    t.equal(read.pin.reveal(), pin);
    t.strictSame(
      read.problems.map(({ code, severity }) => [code, severity]),
      codes.map((code) => [code, "warning"]),
    );
    const strict = readPin(file("doubtful", `${pin}\n`), { strict: true });
    if (codes.length === 0) t.equal((await strict).pin.reveal(), pin);
    else
      t.match(await strict.catch((error: unknown) => error), {
        list: codes.map((code) => ({ code, severity: "error", detail: /--strict/ })),
      });
  }
});

test("what cannot be a PIN is refused without being quoted", async (t) => {
  const cases: readonly (readonly [string | Buffer, string])[] = [
    ["", "pin-empty"],
    ["\n", "pin-empty"],
    ["canary\0x", "pin-nul"],
    ["\ufeffcanary", "pin-byte-order-mark"],
    ["canary\n\n", "pin-line-break"],
    ["canary\r", "pin-line-break"],
    ["canary\r\ncanary\n", "pin-line-break"],
    ["canary\u2028canary", "pin-line-break"],
    ["canary\t", "pin-control-character"],
    ["\u001b[Acanary", "pin-control-character"],
    ["canary\u007f", "pin-control-character"],
    ["canary\u0085", "pin-control-character"],
    [Buffer.from([0x63, 0x61, 0x6e, 0x61, 0x72, 0x79, 0xff]), "pin-not-utf8"],
    [`canary${"x".repeat(4096)}`, "pin-too-long"],
    [Buffer.alloc(20_000_000, "canary"), "pin-too-long"],
  ];
  for (const [content, code] of cases) {
    const problem = await readPin(file("bad", content)).then(
      () => undefined,
      (error: unknown) => error,
    );
    t.match(problem, { code });
    t.notMatch(JSON.stringify(problem) + String(problem), "canary");
  }
  t.equal((await readPin(file("longest", `${"x".repeat(4096)}\r\n`))).pin.reveal().length, 4096);
});

test("a PIN file that others can reach, or a stranger's, is refused; a group is a warning", async (t) => {
  for (const mode of [0o604, 0o602, 0o601, 0o644, 0o666])
    await t.rejects(readPin(file(`open-${mode}`, "pin", mode)), { code: "pin-file-exposed" });
  const source = file("group", "pin", 0o640);
  chownSync(join(folder, "group"), 0, 12);
  t.match((await readPin(source)).problems, [{ code: "pin-file-group-readable", severity: "warning" }]);
  const theirs = file("theirs", "pin");
  chownSync(join(folder, "theirs"), 65534, 65534);
  await t.rejects(readPin(theirs), { code: "pin-file-foreign" });
  symlinkSync(join(folder, "theirs"), join(folder, "link-to-theirs"));
  await t.rejects(readPin({ from: "file", path: path(join(folder, "link-to-theirs")) }), {
    code: "pin-file-foreign",
  });
});

test("a link to a good file is followed, as in /run/secrets", async (t) => {
  file("secret", "pin");
  symlinkSync(join(folder, "secret"), join(folder, "link"));
  t.equal((await readPin({ from: "file", path: path(join(folder, "link")) })).pin.reveal(), "pin");
});

test("folders, FIFOs, devices and missing files are each their own problem, at once", async (t) => {
  mkdirSync(join(folder, "folder"), { mode: 0o700 });
  spawnSync("mkfifo", ["-m", "600", join(folder, "fifo")]);
  const from = (name: string): PinSource => ({ from: "file", path: path(name) });
  await t.rejects(readPin(from(join(folder, "folder"))), { code: "pin-file-not-regular" });
  await t.rejects(readPin(from(join(folder, "fifo"))), { code: "pin-file-not-regular" });
  await t.rejects(readPin(from("/dev/zero")), { code: "pin-file-not-regular" });
  await t.rejects(readPin(from(join(folder, "missing"))), { code: "pin-file-missing" });
  await t.rejects(readPin(from(join(folder, "secret", "below-a-file"))), { code: "pin-file-missing" });
});

test("a variable is read, warned about and removed", async (t) => {
  const environment: Record<string, string | undefined> = { THE_PIN: "pin" };
  const read = await readPin({ from: "env", variable: "THE_PIN" }, { environment });
  t.equal(read.pin.reveal(), "pin");
  t.match(read.problems, [{ code: "pin-env-exposed", severity: "warning" }]);
  t.strictSame(environment, {});
  await t.rejects(readPin({ from: "env", variable: "THE_PIN" }, { environment }), {
    code: "pin-env-missing",
  });
});

test("a descriptor is read, also by its name in /dev/fd", async (t) => {
  file("by-descriptor", "pin\n");
  for (const source of [
    (fd: number): PinSource => ({ from: "fd", descriptor: fd }),
    (fd: number): PinSource => ({ from: "file", path: path(`/dev/fd/${fd}`) }),
  ]) {
    const descriptor = openSync(join(folder, "by-descriptor"), "r");
    t.equal((await readPin(source(descriptor), { descriptors: openDescriptors() })).pin.reveal(), "pin");
    t.throws(
      () => fstatSync(descriptor),
      { code: "EBADF" },
      "the installer and the module shall not have it too",
    );
  }
  await t.rejects(readPin({ from: "fd", descriptor: 987 }), {
    code: "pin-descriptor-unreadable",
    message: "descriptor 987 was not passed to knetctl",
  });
});

test("a systemd credential is a bare name in the credentials' folder", async (t) => {
  file("cred", "pin");
  const environment = { CREDENTIALS_DIRECTORY: folder };
  t.equal((await readPin({ from: "credential", name: "cred" }, { environment })).pin.reveal(), "pin");
  for (const name of ["", ".", "..", "../cred", "a/b"])
    await t.rejects(readPin({ from: "credential", name }, { environment }), {
      code: "pin-credential-invalid",
    });
  await t.rejects(readPin({ from: "credential", name: "cred" }, { environment: {} }), {
    code: "pin-credential-invalid",
  });
  await t.rejects(readPin({ from: "credential", name: "other" }, { environment }), {
    code: "pin-file-missing",
  });
});

test("a pipe into which nobody writes does not outlast the signal", async (t) => {
  const fifo = join(folder, "silent");
  spawnSync("mkfifo", [fifo]);
  const writer = spawn("sh", ["-c", `exec sleep 30 > ${fifo}`]);
  const descriptor = openSync(fifo, "r");
  t.teardown(() => writer.kill("SIGKILL"));
  await t.rejects(
    readPin({ from: "fd", descriptor }, { descriptors: openDescriptors(), signal: AbortSignal.timeout(100) }),
    { code: "interrupted" },
  );
});
