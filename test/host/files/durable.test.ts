import t from "tap";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { bundle } from "../../support/bundle.js";
import { traceDisk } from "../../support/disk-trace.js";
import { ForgetfulDisk, lucks } from "../../support/forgetful-disk.js";
import { scratch, serviceUid } from "../../support/scratch.js";

/** One operation on the files of the root given. */
const program = bundle(`
  import { realHost } from "../../src/host/real-host.js";
  const [root, operation] = process.argv.slice(2);
  const files = realHost(root).files(${serviceUid});
  const rights = { mode: 0o640, uid: 0, gid: ${serviceUid} };
  const entry = () => files.entry("/home/file");
  const operations = {
    write: () => files.write("/home/new", Buffer.from("new"), rights),
    replace: () => files.write("/home/file", Buffer.from("new"), rights),
    edit: () => files.write("/home/file", Buffer.from("new"), rights, () => undefined),
    extend: () => files.extend("/home/file", entry(), Buffer.from("more")),
    createFolder: () => files.createFolder("/home/made", { ...rights, mode: 0o750 }),
    setOwner: () => files.setOwner("/home/file", entry(), { uid: 0, gid: 0 }),
    setMode: () => files.setMode("/home/file", entry(), 0o600),
    setAttributes: () => {
      const found = files.entry("/home/folder");
      files.setAttributes("/home/folder", found, {}, { mode: 0o2711, attributes: {} });
    },
    remove: () => files.remove("/home/file"),
    removeFolder: () => files.removeFolder("/home/folder"),
  };
  operations[operation]();
`);

const operations = [
  "write",
  "replace",
  "edit",
  "extend",
  "createFolder",
  "setOwner",
  "setMode",
  "setAttributes",
  "remove",
  "removeFolder",
];

function picture(disk: ForgetfulDisk, luck: string): string {
  const found = lucks[luck];
  if (found === undefined) throw new Error(luck);
  return [...disk.after(found)]
    .map(([at, { kind, mode, owner, content }]) =>
      [at, kind, mode.toString(8), owner, JSON.stringify(content.toString("latin1"))].join(" "),
    )
    .sort()
    .join("\n");
}

t.test("what an operation has done is on the disk when it returns: content, name, owner and mode", (t) => {
  const tools = mkdtempSync("/dev/shm/knetctl-test-");
  t.teardown(() => {
    rmSync(tools, { recursive: true });
  });
  writeFileSync(`${tools}/operate.mjs`, program);
  for (const operation of operations) {
    const { folder, mkdir, file } = scratch(t);
    mkdir("home", { uid: serviceUid, gid: serviceUid });
    mkdir("home/folder");
    file("home/file", "old", { uid: serviceUid, gid: serviceUid, mode: 0o644 });
    const disk = new ForgetfulDisk(folder);
    const before = picture(disk, "everything");
    for (const call of traceDisk(
      [process.execPath, `${tools}/operate.mjs`, folder, operation],
      folder,
      `${tools}/trace`,
    ))
      disk.do(call);
    const after = picture(new ForgetfulDisk(folder), "everything");
    t.not(after, before, operation);
    for (const luck of Object.keys(lucks)) t.equal(picture(disk, luck), after, `${operation}: ${luck}`);
  }
  t.end();
});
