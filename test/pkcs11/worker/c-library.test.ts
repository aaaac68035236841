import t from "tap";
import { cLibrary } from "../../../src/pkcs11/worker/node-bindings.js";

t.test("what every process has is known by the names of its files, before glibc 2.34 too", (t) => {
  const files = [
    "ld-2.31.so",
    "ld-linux-x86-64.so.2",
    "ld64.so.2",
    "libc-2.28.so",
    "libc.so.6",
    "libm-2.31.so",
  ];
  for (const file of files) t.ok(cLibrary.test(file), file);
  for (const file of ["libcrypto.so.3", "libldap.so.2", "libcurl.so.4", "libz.so.1"])
    t.notOk(cLibrary.test(file), file);
  t.end();
});
