// In a sandbox: two connections, of 2 and of 1,000 endpoints, in config.json and in a profile; measures looking at them and changing them.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { knetctl, timed } from "./run.mjs";
import { medians } from "./sample.mjs";
import { makeServiceAccount } from "./service-account.mjs";

const node = process.execPath;
const ips = Array.from({ length: 1000 }, (_, n) => `10.${n >> 8}.${n & 255}.1`);
const vectors = { two: ips.slice(0, 2), many: ips };
const profile = "/etc/knetctl/profile.yaml";
const fresh = "10.200.0.1:60161";

makeServiceAccount();
writeConfig("/var/amplia/.config/kryptus/knet/pkcs11");
writeProfile();

const ha = (...args) => [node, knetctl, "ha", ...args];
const quick = ["--yes", "--no-probe", "--no-smoke-test"];
const ms = await medians(
  {
    node: () => timed([node, "-e", "0"]),
    listTwo: () => timed(ha("list", "two")),
    listMany: () => timed(ha("list", "many")),
    addTwo: () => timed(ha("add", "two", fresh, "--dry-run", "--no-probe", "--profile", profile), { expected: 2 }),
    addMany: () => timed(ha("add", "many", fresh, "--dry-run", "--no-probe", "--profile", profile), { expected: 2 }),
    add: () => timed(ha("add", "two", fresh, ...quick)),
    remove: () => timed(ha("remove", "two", fresh, ...quick)),
  },
  { rounds: 9 },
);
process.stdout.write(JSON.stringify(ms));

function writeConfig(folder) {
  mkdirSync(folder, { recursive: true });
  const connections = Object.fromEntries(Object.entries(vectors).map(([name, list]) => [name, { ip: list, port: list.map(() => "60161") }]));
  writeFileSync(`${folder}/config.json`, JSON.stringify({ connections, users: { ca: { connection: "two", authentication_type: "password" }, tsa: { connection: "many", authentication_type: "password" } } }, null, 2));
  // as apply leaves them
  timed(["chown", "-R", "root:amplia", "/var/amplia/.config"]);
  timed(["chmod", "-R", "u=rwX,g=rX,o=", "/var/amplia/.config"]);
}

function writeProfile() {
  mkdirSync("/etc/knetctl", { recursive: true });
  const connections = Object.entries(vectors).flatMap(([name, list]) => [`  ${name}:`, "    endpoints:", ...list.map((ip, n) => `      - { ip: ${ip}, port: 60161 } # member ${n + 1}`)]);
  writeFileSync(profile, ["connections:", ...connections, "users:", "  ca: { connection: two, pin: { prompt: true } }", "  tsa: { connection: many, pin: { prompt: true } }", ""].join("\n"));
  chownSync("/etc/knetctl", 0, 0);
  chmodSync("/etc/knetctl", 0o700);
}
