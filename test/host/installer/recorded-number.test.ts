import t from "tap";
import { parseTraces } from "../../../src/host/installer/in-place/traces.js";
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
            `{"format":1,"archiveSha256":"00","archiveName":"a","version":"1",` +
            `"files":[${file(mode)}],"library":"/usr/local/lib/x.so"}`,
        },
      }).files(),
    );
  t.match(receipt("420")(), { files: [{ mode: 420 }] });
  for (const mode of ["1e999", "-1", "0.5", '"420"', "4294967295"])
    t.throws(receipt(mode), { code: "module-receipt-invalid" }, mode);
  const traces = (mode: string): unknown =>
    parseTraces(
      `[{ "path": "/x", "created": true, ` +
        `"state": { "kind": "folder", "mode": ${mode}, "uid": 0, "gid": 0 } }]`,
    );
  t.ok(traces("420"));
  for (const mode of ["1e999", "-1", "0.5"]) t.notOk(traces(mode), mode);
});
