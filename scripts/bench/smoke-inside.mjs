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
timed(["softhsm2-util", "--init-token", "--free", "--label", "bench", "--pin", pin, "--so-pin", randomBytes(6).toString("hex")]);

const ms = await medians(
  {
    smoke: () => timed([process.execPath, knetctl, "smoke", "--module", module, "--token-label", "bench", "--pin-file", pinFile]),
    tool: () => timed(["pkcs11-tool", "--module", module, "--token-label", "bench", "--login", "--pin", pin, "--test", "--allow-sw"]),
  },
  { rounds: 9, warmUp: 1 },
);
process.stdout.write(JSON.stringify(ms));
