import { lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { readLoaderConfig } from "../../../src/host/installer/loader-config.js";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";

function read(t: { testdir(): string }, files: Readonly<Record<string, string>>) {
  const root = t.testdir();
  mkdirSync(join(root, "etc/ld.so.conf.d"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "etc", name), text);
  const link = join(root, "etc/ld.so.conf.d/linked.conf");
  symlinkSync("../linked", link);
  lchownSync(link, 0, 0);
  return readLoaderConfig(realHost(path(root)).files(), path("/etc/ld.so.conf"));
}

test("files that include each other are each read once", (t) => {
  const all = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `ld.so.conf.d/${index}.conf`,
      `include /etc/ld.so.conf.d/*.conf\n/opt/${index}\n`,
    ]),
  );
  const { folders } = read(t, { "ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n", ...all });
  t.equal(folders.length, 30);
  t.end();
});

test("a relative pattern, a question mark, a comment, a link", (t) => {
  const { folders, includes } = read(t, {
    "ld.so.conf": "include ld.so.conf.d/?.conf # all\n# /no\n/opt/a:/opt/b\ninclude ld.so.conf.d/l*d.conf\n",
    "ld.so.conf.d/x.conf": "/opt/x\n",
    "ld.so.conf.d/xy.conf": "/opt/xy\n",
    linked: "/opt/linked\n",
  });
  t.same([...folders].sort(), ["/opt/a", "/opt/b", "/opt/linked", "/opt/x"]);
  t.same(
    ["/etc/ld.so.conf", "/etc/ld.so.conf.d/z.conf", "/etc/ld.so.conf.d/new.conf", "/etc/z.conf"].map((file) =>
      includes(path(file)),
    ),
    [true, true, false, false],
  );
  t.end();
});
