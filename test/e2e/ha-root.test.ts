import t from "tap";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { configFile } from "../support/provisioning.js";
import { exactly } from "../support/service-home.js";

await ensureSandbox(import.meta.filename);

const image = "/srv/image";
const configOf = (...ips: readonly string[]): string =>
  `${JSON.stringify(
    {
      connections: { hsm_1: { ip: ips, port: ips.map(() => "60161") } },
      users: { ca_signer: { authentication_type: "password", connection: "hsm_1" } },
    },
    undefined,
    2,
  )}\n`;

// an image, and a running system of the same shape that must stay as it is
const shell = `
  for root in ${image} ""; do
    mkdir -p $root/etc $root/var/lib $root/tmp $root/var/amplia/.config/kryptus/knet/pkcs11
    chown -h 990:990 $root/var/amplia
    : > $root${configFile}
    chown -R 0:990 $root/var/amplia/.config
    find $root/var/amplia -type d -exec chmod 750 {} +
    chmod 640 $root${configFile}
  done
  printf 'root:x:0:0::/root:/bin/sh\\namplia:x:990:990::/var/amplia:/bin/false\\n' > ${image}/etc/passwd
  printf 'root:x:0:\\namplia:x:990:\\n' > ${image}/etc/group
  getent passwd amplia > /dev/null || echo 'amplia:x:990:990::/var/amplia:/bin/false' >> /etc/passwd
  getent group amplia > /dev/null || echo 'amplia:x:990:' >> /etc/group`;
execFileSync("sh", ["-euc", shell]);
writeFileSync(image + configFile, configOf("10.0.0.1", "10.0.0.2"));
writeFileSync(configFile, configOf("10.9.9.9"));

const before = {
  system: exactly("/var/amplia"),
  etc: exactly(`${image}/etc`),
  home: withoutContent(`${image}/var/amplia`),
};

/** The same but for the content of config.json. */
function withoutContent(folder: string): string {
  return execFileSync("find", [folder, "-printf", "%p %y %m %U %G\\n"], { encoding: "utf8" });
}

t.test("list reads the image's", async (t) => {
  const { exitCode, stdout } = await knetctl(["ha", "list", "--root", image]);
  t.equal(exitCode, 0);
  t.match(stdout, /hsm_1 +1 +10\.0\.0\.1:60161/);
  t.notMatch(stdout, "10.9.9.9");
});

t.test("--no-journal leaves nothing of knetctl's own in the image; it is for images", async (t) => {
  const without = ["ha", "promote", "hsm_1", "10.0.0.2:60161", "--yes", "--no-probe", "--no-journal"];
  const own = (): string =>
    execFileSync("find", [`${image}/var/lib/knetctl`, `${image}/run`, "-print"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const { exitCode, document } = await knetctlJson([...without, "--root", image]);
  t.match({ exitCode, document }, { exitCode: 0, document: { outcome: "applied", run: null } });
  t.equal(readFileSync(image + configFile, "utf8"), configOf("10.0.0.2", "10.0.0.1"));
  t.throws(own, "neither folder is there");
  t.match(await knetctl(without), { exitCode: 64, stderr: /--no-journal is for --root/ });
  writeFileSync(image + configFile, configOf("10.0.0.1", "10.0.0.2"));
});

t.test("add changes the image's config.json and nothing else", async (t) => {
  const { exitCode, document } = await knetctlJson([
    "ha",
    "add",
    "hsm_1",
    "10.0.0.3:60161",
    "--no-probe",
    "--yes",
    "--root",
    image,
  ]);
  t.equal(exitCode, 0, JSON.stringify(document.problems));
  t.match(document, { outcome: "applied", changes: [{ kind: "write-file", path: configFile }] });
  t.equal(document.changes.length, 1);
  t.same((JSON.parse(readFileSync(image + configFile, "utf8")) as { connections: unknown }).connections, {
    hsm_1: { ip: ["10.0.0.1", "10.0.0.2", "10.0.0.3"], port: ["60161", "60161", "60161"] },
  });
  t.strictSame(
    {
      system: exactly("/var/amplia"),
      etc: exactly(`${image}/etc`),
      home: withoutContent(`${image}/var/amplia`),
    },
    before,
  );
});

t.test("the run is the image's: its history has it, and rollback there takes it back", async (t) => {
  t.match(await knetctl(["history", "--root", image]), { exitCode: 0, stdout: /ha add hsm_1/ });
  t.equal((await knetctl(["rollback", "--root", image])).exitCode, 0);
  t.equal(readFileSync(image + configFile, "utf8"), configOf("10.0.0.1", "10.0.0.2"));
});

t.test("a profile outside of the image is refused: the image's runs could not take it back", async (t) => {
  const profile = "/root/p.yaml";
  writeFileSync(
    profile,
    "connections: { hsm_1: { endpoints: [{ ip: 10.0.0.1, port: 60161 }] } }\nusers: { ca_signer: { " +
      "connection: hsm_1, pin: { prompt: true } } }\n",
  );
  const { exitCode, document } = await knetctlJson([
    "ha",
    "add",
    "hsm_1",
    "10.0.0.3:60161",
    "--no-probe",
    "--yes",
    "--root",
    image,
    "--profile",
    profile,
  ]);
  t.match(
    { exitCode, problems: document.problems },
    { exitCode: 64, problems: [{ code: "ha-profile-outside-root", where: { path: profile } }] },
  );
  t.equal(readFileSync(image + configFile, "utf8"), configOf("10.0.0.1", "10.0.0.2"));
});

t.test(
  "what is wrong in the image is to be mended in the image: no hint names the running system's file",
  async (t) => {
    writeFileSync(image + configFile, `// by hand\n${configOf("10.0.0.1")}`);
    for (const verb of [["list"], ["add", "hsm_1", "10.0.0.3:60161", "--no-probe", "--yes"]]) {
      const { exitCode, document } = await knetctlJson(["ha", ...verb, "--root", image]);
      t.match(
        { exitCode, problems: document.problems },
        { exitCode: 1, problems: [{ code: "client-config-comment", hint: /^correct it/ }] },
      );
      t.notMatch(JSON.stringify(document.problems.map(({ hint }) => hint)), /mv |\/var\/amplia/);
    }
    writeFileSync(image + configFile, configOf("10.0.0.1").replace('"60161"', '"60161", "60162"'));
    const { document } = await knetctlJson(["ha", "list", "--root", image]);
    t.match(document.problems, [
      { code: "ha-connection-ambiguous", hint: new RegExp(`knetctl ha set hsm_1 IP:PORT… --root ${image}$`) },
    ]);
    t.equal(exactly("/var/amplia"), before.system);
  },
);
