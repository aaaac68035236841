import { test } from "tap";
import { loadFailure } from "../../../src/pkcs11/worker/load-failure.js";

const cases: readonly (readonly [string, string, RegExp, RegExp])[] = [
  [
    "the module of another libcurl",
    "/lib/x86_64-linux-gnu/libcurl.so.4: version `CURL_OPENSSL_3' not found (required by " +
      "/opt/k/libkNETPKCS11.so)",
    new RegExp(
      "^version CURL_OPENSSL_3 is not in /lib/x86_64-linux-gnu/libcurl\\.so\\.4; " +
        "/opt/k/libkNETPKCS11\\.so needs it$",
    ),
    /libcurl package/,
  ],
  [
    "a missing library",
    "libcurl.so.3: cannot open shared object file: No such file or directory",
    /^libcurl\.so\.3, which libkNETPKCS11\.so needs/,
    /package/,
  ],
  [
    "the module itself missing",
    "libkNETPKCS11.so: cannot open shared object file: No such file or directory",
    /^libkNETPKCS11\.so was not found/,
    /ldconfig/,
  ],
  ["no rights", "/opt/x.so: cannot open shared object file: Permission denied", /may not read/, /mode/],
  ["a 32-bit module", "/opt/x.so: wrong ELF class: ELFCLASS32", /word size/, /architecture/],
  ["a text file", "/opt/x.so: invalid ELF header", /not a shared library/, /complete/],
  [
    "an undefined symbol",
    "/opt/x.so: undefined symbol: curl_easy_fly, version X_1",
    /symbol curl_easy_fly,/,
    /build/,
  ],
  [
    "another library",
    "/opt/x.so: undefined symbol: C_GetFunctionList",
    /not a PKCS #11 module/,
    /right library/,
  ],
];

for (const [name, message, detail, hint] of cases) {
  test(`${name} is named`, async (t) => {
    t.match(loadFailure("libkNETPKCS11.so", message), { detail, hint });
  });
}

test("what is there, but out of the user's reach, is not called missing: the folder is named", async (t) => {
  const closed = (library: string): string | undefined =>
    library.startsWith("lib") ? "/usr/local/lib/kryptus (mode 0700)" : undefined;
  for (const message of [
    "libkNETPKCS11.so: cannot open shared object file: No such file or directory",
    "libx.so: cannot open shared object file: Permission denied",
  ]) {
    const failure = loadFailure("libkNETPKCS11.so", message, closed);
    t.match(failure, { detail: /cannot reach lib.*: \/usr\/local\/lib\/kryptus \(mode 0700\)/ });
    t.notMatch(failure.hint, /ldconfig/);
  }
  t.match(
    loadFailure("/x/m.so", "/x/m.so: cannot open shared object file: No such file or directory", closed),
    { detail: /was not found/ },
  );
});

test("a message that is not known is given as it is", async (t) => {
  t.strictSame(loadFailure("x", "something new"), { detail: "something new" });
});
