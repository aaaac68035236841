// In a fresh sandbox: sets the client up once, in one way or the other, and prints the time it took; or how
// long the host was half changed.
import { mkdtempSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { knetctl, timed } from "./run.mjs";
import { makeServiceAccount } from "./service-account.mjs";

const { way, archive, folderName, profile, endpoints } = JSON.parse(process.argv[2]);

const configuration = {
  connections: {
    hsm_1: { ip: endpoints.map(({ ip }) => ip), port: endpoints.map(({ port }) => String(port)) },
  },
  users: Object.fromEntries(
    ["ca_signer", "tsa_signer"].map((name) => [
      name,
      { authentication_type: "password", connection: "hsm_1" },
    ]),
  ),
  log_verbosity: "quiet",
};

const script = `set -e
tar xf "$1"
cd "$2"
./install.sh
folder=/var/amplia/.config/kryptus/knet/pkcs11
mkdir -p "$folder"
touch "$folder/config.json"
chown -R root:amplia /var/amplia/.config
chmod -R a=,u+rwX,g+rX /var/amplia/.config
cat > "$folder/config.json"
`;

const ways = {
  apply: () => timed([process.execPath, knetctl, "apply", "--no-smoke-test", profile]),
  script: () =>
    timed(["sh", "-c", script, "sh", archive, folderName], {
      cwd: mkdtempSync("/root/bench-"),
      input: JSON.stringify(configuration, null, 2),
    }),
  exposure: () => {
    const { stdout, stderr } = spawnSync(process.execPath, [knetctl, "apply", "--json", profile], {
      encoding: "utf8",
    });
    const { outcome, exposure_ms: ms } = JSON.parse(stdout);
    if (outcome !== "applied") throw new Error(`the apply ended as ${outcome}\n${stdout}${stderr}`);
    return ms;
  },
};

makeServiceAccount();
process.stdout.write(JSON.stringify({ ms: ways[way]() }));
