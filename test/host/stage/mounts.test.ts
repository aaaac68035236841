import t from "tap";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { openStage } from "../../../src/host/stage/stage.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

for (const root of ["/", "/srv/an image"])
  t.test(
    `what is mounted below ${root} is shown in a stage and behind its wall, whatever its name`,
    async (t) => {
      const [outer, inner, read, below] = [
        "/srv/a b#1",
        '/srv/a b#1/"c\\d"',
        "/srv/e:f",
        "/srv/e:f/g",
      ] as const;
      const at = (folder: string): string => (root === "/" ? folder : root + folder);
      if (root !== "/")
        for (const folder of ["/bin", "/lib", "/lib64", "/usr"]) {
          mkdirSync(at(folder), { recursive: true });
          execFileSync("mount", ["--bind", folder, at(folder)]);
        }
      for (const folder of [outer, inner, read, below]) {
        mkdirSync(at(folder), { recursive: true });
        execFileSync("mount", ["-n", "-t", "tmpfs", "small", at(folder)]);
        writeFileSync(`${at(folder)}/file`, folder);
      }
      execFileSync("mount", ["-n", "-o", "remount,bind,ro", at(read)]);
      t.teardown(() => {
        for (const folder of [inner, outer, below, read]) execFileSync("umount", [at(folder)]);
      });
      const stage = await openStage(realHost(path(root)));
      t.teardown(() => stage.close());
      const look = [outer, inner, read, below].map((folder) => `cat '${folder}/file'; touch '${folder}/new'`);
      const script = `${look.join("; ")}; ls -1d /srv/*/new /srv/*/*/new`;
      const seen = await stage.runWalled({
        program: "sh",
        args: ["-c", script],
        timeoutMs: 20_000,
        network: false,
      });
      t.equal(seen.stdout, `${outer}${inner}${read}${below}${outer}/new\n`);
      t.equal(seen.stderr.match(/Read-only file system/g)?.length, 3, "only overlays are written to");
      t.notOk(existsSync(`${at(outer)}/new`));
    },
  );
