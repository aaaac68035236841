import { test } from "tap";
import { archiveFormat } from "../../../src/host/archive/open-archive.js";
import { Problem } from "../../../src/problem/problem.js";

function told(content: string | Buffer): string {
  try {
    return archiveFormat(Buffer.from(content), "/etc/knetctl/ca_signer.pin");
  } catch (error) {
    if (error instanceof Problem) return JSON.stringify(error);
    throw error;
  }
}

test("module.archive that names a secret by mistake: nothing of what it holds is told", (t) => {
  for (const content of [
    "hunter2-hunter2\n",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
    Buffer.from([1, 2, 3, 104, 117, 110, 116, 101, 114, 50]),
  ]) {
    t.match(told(content), "archive-not-tar");
    t.notMatch(told(content), /hunter2|PRIVATE|MIIE/);
  }
  t.match(told("hunter2"), "it is a text file");
  t.end();
});
