import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { clock } from "../../../../src/commands/doctor/machine/clock.js";
import { architecture, cLibrary } from "../../../../src/commands/doctor/machine/platform.js";
import { preload } from "../../../../src/commands/doctor/machine/process.js";
import { allTools } from "../../../../src/commands/doctor/machine/tools.js";
import { path } from "../../../../src/host/path.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { scratch } from "../../../support/scratch.js";
import { smallRoot } from "../../../support/small-root.js";

t.test("the machine and its C library are told by the image's shell", async (t) => {
  const root = smallRoot(t);
  const shell = join(root, "bin/sh");
  const whole = readFileSync(shell);
  t.match(await checkedIn(architecture, { root }), { status: "ok", text: "x86-64" });
  t.match(await checkedIn(cLibrary, { root }), { status: "ok", text: /^glibc 2\.\d+$/ });

  const arm = Buffer.from(whole);
  arm.writeUInt16LE(183, 18);
  writeFileSync(shell, arm);
  t.match(await checkedIn(architecture, { root }), {
    status: "warn",
    text: "ELF machine 183, 64 bits",
    problems: [{ code: "doctor-machine-unknown" }],
  });

  const musl = Buffer.from(whole);
  const loader = "/lib64/ld-linux-x86-64.so.2";
  musl.write("/lib/ld-musl-x86_64.so.1\0\0\0", musl.indexOf(loader), "latin1");
  writeFileSync(shell, musl);
  t.match(await checkedIn(cLibrary, { root }), {
    status: "fail",
    text: "musl",
    problems: [{ code: "doctor-musl", detail: /Alpine/ }],
  });
  rmSync(shell);
  t.match(await checkedIn(cLibrary, { root }), { status: "fail", text: "the host has no /bin/sh" });
});

t.test("libraries put before the system's are told, and no variable's value", async (t) => {
  const { folder, file } = scratch(t);
  t.match(await checkedIn(preload, { root: folder }), { status: "ok", text: "none" });
  const environment = { LD_PRELOAD: "/tmp/spy-of-somebody.so", LD_BIND_NOW: "1" };
  const inEnvironment = await checkedIn(preload, { root: folder, environment });
  t.match(inEnvironment, { status: "warn", problems: [{ hint: /^unset LD_PRELOAD,/ }] });
  t.notMatch(JSON.stringify(inEnvironment), /spy-of/);
  file("etc/ld.so.preload", "/usr/lib/libspy.so\n");
  t.match(await checkedIn(preload, { root: folder }), {
    status: "warn",
    problems: [
      { code: "doctor-preload", where: { path: "/etc/ld.so.preload" }, detail: "/usr/lib/libspy.so" },
    ],
  });
});

t.test("a clock behind the program's build fails", async (t) => {
  const { file } = scratch(t);
  const script = file("knetctl.cjs", "");
  const scene = { self: { node: path(process.execPath), script: path(script) } };
  t.match(await checkedIn(clock, scene), { status: "ok" });
  const later = new Date(Date.now() + 3 * 86_400_000);
  utimesSync(script, later, later);
  t.strictSame(codesOf(await checkedIn(clock, scene)), ["doctor-clock-behind"]);
  t.match(await checkedIn(clock, scene), { status: "fail" });
});

t.test("every program that the source names is on the list of tools", async (t) => {
  const source = join(import.meta.dirname, "../../../../src");
  // a consumer's client comes with the consumer
  const texts = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter(
      (name) => name.endsWith(".ts") && !/^(consumers|simulator|generated|host\/read-only-host)/.test(name),
    )
    .map((name) => readFileSync(join(source, name), "utf8"));
  const places = [
    /\b(?:find|findProgram)\((?:machine|\{[^}]*\}), "([\w.-]+)"\)/g,
    /commands\.find\("([\w.-]+)"\)/g,
    /\bprogram: "(?:\/usr)?\/?(?:bin\/)?([\w.-]+)"/g,
  ];
  const named = new Set(
    texts.flatMap((text) =>
      places.flatMap((place) => [...text.matchAll(place)].map(([, name = ""]) => name)),
    ),
  );
  // part of systemd, where that runs the host; keys are looked for with what there is; where SELinux is
  // enabled, which comes with it; of a sandbox alone
  const besides = [
    "systemctl",
    "systemd-run",
    "systemd-creds",
    "timedatectl",
    "keyctl",
    "e4crypt",
    "restorecon",
    "true",
  ];
  t.ok(named.size > 5);
  t.strictSame(
    [...named].filter((name) => !allTools.includes(name) && !besides.includes(name)),
    [],
  );
});
