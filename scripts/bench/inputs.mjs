import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knetctl, timed } from "./run.mjs";

/**
 * Starts two simulated VHSMs; resolves to `{ printed, stop }`: what they print, and how to stop them. They
 * run outside the sandboxes, which share the machine's network.
 */
export async function startSimulator(folder) {
  const pins = join(folder, "pins");
  mkdirSync(pins, { mode: 0o700 });
  const args = [
    "simulator",
    "start",
    "--vhsms",
    "2",
    "--users",
    "ca_signer,tsa_signer",
    "--state",
    join(folder, "vhsms"),
    "--pins-to",
    pins,
  ];
  const child = spawn(process.execPath, [knetctl, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const printed = await firstDocument(child);
  return {
    printed,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function firstDocument(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk) => {
      text += chunk;
      try {
        resolve(JSON.parse(text));
      } catch {
        // not complete yet
      }
    });
    child.on("exit", (code) => reject(new Error(`the simulator ended with exit code ${code}: ${text}`)));
  });
}

/**
 * The vendor archive and the profile of the demo's shape: one HA pair, two users. Returns their paths and the
 * name of the archive's folder.
 */
export function writeInputs(folder, { printed }) {
  const out = join(folder, "archive");
  mkdirSync(out);
  timed([process.execPath, knetctl, "simulator", "archive", "--out", out]);
  const name = readdirSync(out).find((entry) => entry.endsWith(".tar"));
  const archive = join(out, name);
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  const endpoints = printed.vhsms.map(({ endpoints: { https } }) => https);
  const profile = join(folder, "profile.yaml");
  writeFileSync(profile, profileText({ endpoints, archive, sha256, pins: join(folder, "pins") }), {
    mode: 0o600,
  });
  return { archive, folderName: name.slice(0, -".tar".length), profile, endpoints };
}

function profileText({ endpoints, archive, sha256, pins }) {
  return `connections:
  hsm_1:
    endpoints:
${endpoints.map(({ ip, port }) => `      - { ip: ${ip}, port: ${port} }`).join("\n")}
users:
  ca_signer: { connection: hsm_1, pin: { file: ${join(pins, "ca_signer")} } }
  tsa_signer: { connection: hsm_1, pin: { file: ${join(pins, "tsa_signer")} } }
log_verbosity: quiet
module: { archive: ${archive}, sha256: ${sha256} }
service: { user: amplia, group: amplia, home: /var/amplia }
`;
}
