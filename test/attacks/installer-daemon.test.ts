import { existsSync, rmSync } from "node:fs";
import { test } from "tap";
import { runInstaller } from "../../src/workflow/change-kinds/run-installer.js";
import { change, picture, plain, stage } from "../support/install-stage.js";
import { plainChildren } from "../support/plain-children.js";
import { eventually, processesWith } from "../support/processes.js";
import { vendorArchive } from "../support/vendor-archive.js";

plainChildren();

/**
 * How install.sh may leave something running; each sleeps for a time of its own, by which it is known here.
 */
const found: Readonly<Record<string, (seconds: string) => string>> = {
  "in the background": (seconds) => `sleep ${seconds} &`,
  "with nohup's deaf ear": (seconds) =>
    `(trap '' HUP TERM; exec sleep ${seconds}) >/dev/null 2>&1 </dev/null &`,
  "in a session of its own": (seconds) => `setsid sleep ${seconds} >/dev/null 2>&1 </dev/null &`,
  "twice forked, in a session of its own, elsewhere": (seconds) =>
    `(cd / && setsid sh -c 'sleep ${seconds} & sleep ${seconds}' >/dev/null 2>&1 </dev/null &)`,
  "without its environment": (seconds) => `setsid env -i /bin/sleep ${seconds} >/dev/null 2>&1 </dev/null &`,
  "without its environment, elsewhere, by a program of the archive's": (seconds) =>
    `cp /bin/sleep own-daemon && here=$PWD && (cd / && setsid env -i "$here/own-daemon" ${seconds} ` +
    ">/dev/null 2>&1 </dev/null &)",
};

let number = 0;
const seconds = (): string => `${process.pid}.${++number}`;

for (const [how, daemon] of Object.entries(found)) {
  test(`53: install.sh leaves a daemon ${how}: ended, said, and all undone to the last bit`, async (t) => {
    const s = stage(t);
    const before = picture(s.root);
    const run = s.run();
    const known = seconds();
    const installer = change(vendorArchive(s.folder, `${plain}\n${daemon(known)}`));
    const record = await runInstaller.record(installer, run);
    await runInstaller.perform(installer, record, run);
    t.same(processesWith(` ${known}`), [], "nothing of it runs");
    t.match(s.notes.join("\n"), /warning: install.sh left [^]*\(process \d+\).* running; ended/);
    await runInstaller.undo(installer, record, run);
    t.equal(picture(s.root), before);
  });
}

test(
  "53: a daemon without its environment that works elsewhere with a program of the host's cannot be " +
    "told from anybody else's, and goes on",
  async (t) => {
    const s = stage(t);
    const before = picture(s.root);
    const run = s.run();
    const known = seconds();
    const bystander =
      `(cd / && setsid env -i /bin/sh -c ': > /opt/begun; sleep ${known}; : > /opt/late' >/dev/null 2>&1 ` +
      "</dev/null &)";
    t.teardown(() => {
      for (const pid of processesWith(known)) process.kill(pid, "SIGKILL");
    });
    // install.sh goes on until the daemon is what it wants to be: before that it still has its environment
    const until =
      "n=0; until [ -e /opt/begun ] || [ $n = 50 ]; do n=$((n + 1)); sleep 0.1; done; rm /opt/begun";
    const installer = change(vendorArchive(s.folder, `${plain}\n${bystander}\n${until}`));
    const record = await runInstaller.record(installer, run);
    await runInstaller.perform(installer, record, run);
    t.ok(processesWith(known).length > 0, "it is not found");
    t.notMatch(s.notes.join("\n"), "running; ended");
    for (const pid of processesWith(`sleep ${known}`).slice(-1)) process.kill(pid, "SIGKILL");
    t.ok(await eventually(() => existsSync(s.at("opt/late"))), "what it writes later is written");
    await runInstaller.undo(installer, record, run);
    t.ok(existsSync(s.at("opt/late")), "and undoing the installation does not know of it");
    rmSync(s.at("opt/late"));
    t.equal(picture(s.root), before);
  },
);
