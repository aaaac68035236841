// In a sandbox: two clients, one with 2 endpoints in its connection and one with 1,000, each with its
// profile; measures listing and editing them.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { knetctl, timed } from "./run.mjs";
import { medians } from "./sample.mjs";
import { makeServiceAccount } from "./service-account.mjs";

if (process.argv[2] === undefined)
  throw new Error(
    "this may run only in a sandbox, where `npm run bench` starts it: it removes knetctl's state",
  );

const ips = Array.from({ length: 1000 }, (_, n) => `10.${n >> 8}.${n & 255}.1`);
const fresh = "10.200.0.1:60161";
const node = process.execPath;
const ha = (...args) => timed([node, knetctl, "ha", ...args]);
const add = (...args) => ha("add", "hsm", fresh, "--yes", "--no-probe", "--no-smoke-test", ...args);
const remove = (...args) => ha("remove", "hsm", fresh, "--yes", "--no-probe", "--no-smoke-test", ...args);

makeServiceAccount();
const two = makeClient("two", ips.slice(0, 2));
const many = makeClient("many", ips);

const ms = await medians(
  {
    node: () => {
      // every round begins on a host without a history
      rmSync("/var/lib/knetctl", { recursive: true, force: true });
      return timed([node, "-e", "0"]);
    },
    listTwo: () => ha("list", "--home", two.home),
    listMany: () => ha("list", "--home", many.home),
    addTwo: () => add("--home", two.home),
    removeTwo: () => remove("--home", two.home),
    addMany: () => add("--home", many.home),
    removeMany: () => remove("--home", many.home),
    profileAddTwo: () => add("--profile", two.profile),
    profileRemoveTwo: () => remove("--profile", two.profile),
    profileAddMany: () => add("--profile", many.profile),
    profileRemoveMany: () => remove("--profile", many.profile),
  },
  { rounds: 9 },
);
process.stdout.write(JSON.stringify(ms));

/** A home with config.json as `apply` leaves it, and the profile that it came from. */
function makeClient(name, ips) {
  const home = `/var/amplia/${name}`;
  const folder = `${home}/.config/kryptus/knet/pkcs11`;
  mkdirSync(folder, { recursive: true });
  const config = {
    connections: { hsm: { ip: ips, port: ips.map(() => "60161") } },
    users: { ca: { connection: "hsm", authentication_type: "password" } },
  };
  writeFileSync(`${folder}/config.json`, JSON.stringify(config, null, 2));
  timed(["chown", "amplia:amplia", home]);
  timed(["chown", "-R", "root:amplia", `${home}/.config`]);
  timed(["chmod", "-R", "u=rwX,g=rX,o=", `${home}/.config`]);
  return { home, profile: writeProfile(name, home, ips) };
}

function writeProfile(name, home, ips) {
  const folder = "/etc/knetctl";
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const endpoints = ips.map((ip, n) => `      - { ip: ${ip}, port: 60161 } # member ${n + 1}`);
  const lines = [
    "connections:",
    "  hsm:",
    "    endpoints:",
    ...endpoints,
    "users:",
    "  ca: { connection: hsm, pin: { prompt: true } }",
    `service: { user: amplia, group: amplia, home: ${home} }`,
    "",
  ];
  writeFileSync(`${folder}/${name}.yaml`, lines.join("\n"));
  return `${folder}/${name}.yaml`;
}
