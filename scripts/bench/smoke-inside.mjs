// In a sandbox: makes a SoftHSM token, then measures both tests on it.
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { knetctl, timed } from "./run.mjs";
import { medians } from "./sample.mjs";

const module = "/usr/lib/softhsm/libsofthsm2.so";
const folder = mkdtempSync("/root/bench-");
const pin = randomBytes(6).toString("hex");
const pinFile = `${folder}/pin`;
writeFileSync(pinFile, pin, { mode: 0o600 });
// both tools take a PIN on the command line: this one was made a moment ago and is gone with the sandbox
for (const label of ["empty", "keys"])
  timed([
    "softhsm2-util",
    "--init-token",
    "--free",
    "--label",
    label,
    "--pin",
    pin,
    "--so-pin",
    randomBytes(6).toString("hex"),
  ]);

const toolArguments = (label) => [
  "pkcs11-tool",
  "--module",
  module,
  "--token-label",
  label,
  "--login",
  "--pin",
  pin,
];
const tool = (label, ...args) => timed([...toolArguments(label), ...args]);
const kinds = [
  ["10", "rsa:2048"],
  ["11", "EC:prime256v1"],
];
const makeKeys = (label) =>
  kinds.map(([id, kind]) => tool(label, "--keypairgen", "--key-type", kind, "--id", id)).reduce(sum);
// after signing and verifying with an RSA key, OpenSC's test ends with 1 at an OAEP that SoftHSM does not
// know
const test = (label, expected) => timed([...toolArguments(label), "--test", "--allow-sw"], { expected });
const destroyKeys = (label) =>
  kinds
    .flatMap(([id]) =>
      ["privkey", "pubkey"].map((type) => tool(label, "--delete-object", "--type", type, "--id", id)),
    )
    .reduce(sum);

makeKeys("keys");
const ms = await medians(
  {
    smoke: () =>
      timed([
        process.execPath,
        knetctl,
        "smoke",
        "--module",
        module,
        "--token-label",
        "empty",
        "--pin-file",
        pinFile,
      ]),
    empty: () => test("empty", 0),
    keys: () => test("keys", [0, 1]),
    makeTestDestroy: () => makeKeys("empty") + test("empty", [0, 1]) + destroyKeys("empty"),
  },
  { rounds: 9, warmUp: 1 },
);
process.stdout.write(JSON.stringify(ms));

function sum(left, right) {
  return left + right;
}
