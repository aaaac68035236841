import t from "tap";
import { isRecordedChange } from "../../../src/host/installer/installation-files.js";
import { readReceipt, receiptFile } from "../../../src/host/installer/receipt.js";
import { MemoryHost } from "../../support/memory-host.js";

const file = (mode: string): string =>
  `{ "path": "/usr/local/lib/x.so", "mode": ${mode}, "uid": 0, "gid": 0, "sha256": "00" }`;

t.test("a record with rights that no file can have is damaged, and is not acted on", async (t) => {
  const receipt = (mode: string) => () =>
    readReceipt(
      new MemoryHost({
        files: {
          [receiptFile]:
            `{"format":1,"archiveSha256":"00","archiveName":"a","version":"1","installedAt":"x",` +
            `"files":[${file(mode)}],"library":"/usr/local/lib/x.so"}`,
        },
      }).files(),
    );
  t.match(receipt("420")(), { files: [{ mode: 420 }] });
  for (const mode of ["1e999", "-1", "0.5", '"420"', "4294967295"])
    t.throws(receipt(mode), { code: "module-receipt-invalid" }, mode);
  const change = (mode: string): unknown =>
    JSON.parse(
      `{ "path": "/x", "change": "created", "after": { "kind": "file", "mode": ${mode}, "uid": 0, ` +
        `"gid": 0 } }`,
    );
  t.ok(isRecordedChange(change("420")));
  for (const mode of ["1e999", "-1", "0.5"]) t.notOk(isRecordedChange(change(mode)), mode);
});
