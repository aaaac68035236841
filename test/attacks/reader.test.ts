import t from "tap";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { path } from "../../src/host/path.js";
import { bundle } from "../support/bundle.js";
import { raceTries } from "../support/race.js";
import { scratch, serviceUid } from "../support/scratch.js";

const config = path("/home/config.json");

t.test(
  "55: who reads while the file is written again and again sees one whole content or another, and no problem",
  async (t) => {
    const { folder, files, file, mkdir } = scratch(t);
    mkdir("home", { uid: serviceUid });
    file("home/config.json", "0".repeat(100_000), { uid: serviceUid });
    const its = files(serviceUid);
    const writer = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        bundle(`
    import { realHost } from "../../src/host/real-host.js";
    const files = realHost(${JSON.stringify(folder)}).files(${serviceUid});
    console.log("writing");
    const rights = { mode: 0o640, uid: 0, gid: 0 };
    for (let count = 1; ; count++)
      files.write("${config}", Buffer.alloc(100_000, String(count % 10)), rights);
  `),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(writer.stdout, "data");
    const contents = new Set<string>();
    const end = Date.now() + 20_000;
    let reads = 0;
    for (; reads < raceTries || (contents.size < 2 && Date.now() < end); reads++)
      contents.add(its.read(config)?.toString() ?? "missing");
    writer.kill("SIGKILL");
    await once(writer, "exit");
    t.comment(`${reads} reads, ${contents.size} contents, torn 0`);
    for (const content of contents) t.match(content, /^(\d)\1{99999}$/);
    t.ok(contents.size > 1, `${contents.size} contents seen`);
  },
);
