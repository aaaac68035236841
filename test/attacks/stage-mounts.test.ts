import t from "tap";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { openStage, type Stage } from "../../src/host/stage/stage.js";
import type { WalledResult } from "../../src/host/stage/wall.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const shell = (script: string): string => execFileSync("/bin/sh", ["-euc", script], { encoding: "utf8" });

function walled(stage: Stage, script: string): Promise<WalledResult> {
  return stage.runWalled({ program: "sh", args: ["-c", script], timeoutMs: 60_000, network: false });
}

async function staged<T>(root: string, use: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage(realHost(path(root)));
  try {
    return await use(stage);
  } finally {
    await stage.close();
  }
}

shell(`mkdir -p /srv/odd:name /srv/fixed
  mount -t tmpfs -o mode=0755 tmpfs /opt; mount -t tmpfs -o mode=0711 tmpfs /srv
  mkdir -p /srv/odd:name /srv/fixed /opt/old; echo old >/opt/old/file; echo old >/srv/file
  mount -t tmpfs tmpfs /srv/odd:name; mount -t tmpfs tmpfs /srv/fixed; echo fixed >/srv/fixed/file
  mount -o remount,ro /srv/fixed`);

t.test("file systems of their own are staged with layers of their own", async (t) => {
  await staged("/", async (stage) => {
    const { stdout, stderr } = await walled(
      stage,
      `echo new >/opt/old/file; rm /srv/file; stat -c %a /srv; cat /srv/fixed/file
       (echo x >/srv/fixed/file) 2>/dev/null || echo read-only
       (echo x >/srv/odd:name/file) 2>/dev/null || echo read-only`,
    );
    t.equal(stdout, "711\nfixed\nread-only\nread-only\n", stderr);
    const changed = stage.layers.map(({ covers, upper }) => [covers, readdirSync(upper)]);
    t.match(Object.fromEntries(changed), { "/opt": ["old"], "/srv": ["file"] });
    t.equal(stage.host.files().read(path("/opt/old/file"))?.toString(), "new\n");
  });
  t.equal(readFileSync("/opt/old/file", "utf8"), "old\n");
  t.equal(readFileSync("/srv/file", "utf8"), "old\n");
});

t.test("what nobody may write on the host nobody may write in its stage", async (t) => {
  shell("mount --bind /usr /usr; mount -o remount,bind,ro /usr");
  t.teardown(() => shell("umount -l /usr"));
  await staged("/", async (stage) => {
    const { stdout, exitCode } = await walled(stage, "touch /usr/lib/kn-made 2>/dev/null || echo read-only");
    t.match({ stdout, exitCode }, { stdout: "read-only\n", exitCode: 0 });
  });
});

t.test("a full disk is the installer's failure and nobody else's", async (t) => {
  shell("mkdir -p /var/lib/knetctl; mount -t tmpfs -o size=8m,mode=0700 tmpfs /var/lib/knetctl");
  t.teardown(() => shell("umount -l /var/lib/knetctl; rmdir /var/lib/knetctl"));
  await staged("/", async (stage) => {
    const { exitCode, stderr } = await walled(stage, "head -c 64M /dev/zero >/root/large");
    t.not(exitCode, 0);
    t.match(stderr, /No space left/);
    t.equal((await walled(stage, "rm /root/large; echo on")).stdout, "on\n", "the stage goes on");
  });
  t.strictSame(readdirSync("/var/lib/knetctl"), []);
  t.notOk(existsSync("/root/large"));
});

t.test("links of an image lead nowhere but to itself", async (t) => {
  const image = "/root/image";
  shell(`mkdir -p ${image}/usr/bin ${image}/data/lib/knetctl ${image}/data/etc ${image}/proc ${image}/run
    cp -L /bin/busybox ${image}/usr/bin/sh 2>/dev/null || {
      for part in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do mkdir -p ${image}$(dirname $part)
        [ -e ${image}$part ] || cp -L $part ${image}$part; done; }
    ln -s data/etc ${image}/etc; ln -s /data ${image}/var; ln -s ../../../mnt ${image}/dev
    ln -s /../../run ${image}/sys
    echo secret >${image}/data/lib/knetctl/pin; echo image >${image}/data/etc/name`);
  const before = [readdirSync("/etc"), readdirSync("/run"), readFileSync("/proc/self/mountinfo", "utf8")];
  const look = `read -r name </etc/name; echo $name; for file in /var/lib/knetctl/*; do echo $file; done
    echo new >/etc/name; (echo x >/dev/made) 2>&-; echo /proc/[0-9]*`;
  await staged(image, async (stage) => {
    const run = { program: "sh", args: ["-c", look], timeoutMs: 20_000 };
    const { stdout, stderr } = await stage.host.commands.run({ ...run, insideRoot: true });
    t.match(stdout, /^image\n\/var\/lib\/knetctl\/\*\n\/proc\/1 \/proc\/\d+\n$/, stderr);
  });
  t.equal(readFileSync(`${image}/data/etc/name`, "utf8"), "image\n", "the image is as it was");
  const { stdout } = await realHost(path(image)).commands.run({
    program: "sh",
    args: ["-c", look],
    timeoutMs: 20_000,
    insideRoot: true,
  });
  t.match(stdout, /^image\n\/var\/lib\/knetctl\/\*\n/);
  t.equal(readFileSync(`${image}/data/etc/name`, "utf8"), "new\n", "without a stage it is written");
  t.strictSame(
    [readdirSync("/etc"), readdirSync("/run"), readFileSync("/proc/self/mountinfo", "utf8")],
    before,
  );
});

t.test("an image cannot add to what is mounted for its programs by the names of its folders", async (t) => {
  const image = "/root/odd image";
  const odd = "/data/a b\tc#d\\040e";
  shell(`mkdir -p '${image}/usr/bin' '${image}${odd}' '${image}/etc' '${image}/proc'
    for part in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do mkdir -p '${image}'$(dirname $part)
      [ -e '${image}'$part ] || cp -L $part '${image}'$part; done
    ln -s '${odd}' '${image}/tmp'; echo secret >'${image}${odd}/file'; echo image >'${image}/etc/name'`);
  const look = `for file in /tmp/*; do echo "$file"; done; echo x >/tmp/made
    read -r name </etc/name; echo $name
    while read -r _ _ _ _ at _; do printf "%s\\n" "$at"; done </proc/self/mountinfo`;
  const run = { program: "sh", args: ["-c", look], timeoutMs: 20_000, insideRoot: true } as const;
  const seen = /^\/tmp\/\*\nimage\n\/\n(?:\/proc\S*\n)*\/data\/a\\040b\\011c#d\\134040e\n$/;
  await staged(image, async (stage) => {
    t.match((await stage.host.commands.run(run)).stdout, seen);
  });
  t.match((await realHost(path(image)).commands.run(run)).stdout, seen);
  t.strictSame(readdirSync(`${image}${odd}`), ["file"]);
});
