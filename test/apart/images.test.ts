import t from "tap";
import {
  copyFileSync,
  chownSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { parse } from "yaml";
import { carriedNode } from "../../scripts/package/carried-node.mjs";
import { pack } from "../../scripts/package/package.mjs";
import { blocksOf } from "../docs/containers.js";
import { installProgram } from "../support/packaged-host.js";
import { makeBaseImage } from "../support/base-image.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { pinOf } from "../simulator/rig.js";
import { configFile, loaderEntry, provisioning } from "../support/provisioning.js";
import { treeOf } from "../support/tree.js";

await ensureSandbox(import.meta.filename);

const folder = "/tmp/images";
mkdirSync(folder);
process.env["SOURCE_DATE_EPOCH"] ??= "1767225600";
const packages = `${folder}/packages`;
mkdirSync(packages);
const [{ base, cloud, run, build, storage }] = await Promise.all([
  makeBaseImage(folder),
  pack({ out: packages, level: 0, putNode: carriedNode }),
]);

// what the simulated VHSMs keep, which containers are given
const tokens = "/srv/simulated-tokens";
mkdirSync(tokens);
process.env["TMPDIR"] = tokens;
const { cluster, profile, archive } = await provisioning();
t.teardown(() => cluster.stop());
installProgram();

/** Fails the test that runs it where the text does not end well; gives what it printed. */
async function done(text: string): Promise<string> {
  const { exitCode, said } = await run(text);
  if (exitCode !== 0) throw new Error(`${text}\nexit code ${String(exitCode)}\n${said}`);
  return said;
}

const deb = readdirSync(packages).find((name) => name.endsWith(".deb")) ?? "";
const sums = readFileSync(`${packages}/SHA256SUMS`, "utf8");
const [, sum = ""] = new RegExp(`^([0-9a-f]{64})  ${deb}$`, "m").exec(sums) ?? [];
const [text = ""] = blocksOf("text");
/** The builds of docs/containers.md on this base image, its proof and then the application's. */
const builds = text
  .split("\n")
  .map((line) => line.replace("SHA256=...", `SHA256=${sum} --build-arg BASE_IMAGE=localhost/base:1`));

copyFileSync(`${packages}/${deb}`, `${build}/${deb}`);
copyFileSync(archive.path, `${build}/${basename(archive.path)}`);
/** The page's block for this target, with our profile. */
const rendering = (target: string): string =>
  blocksOf("sh")
    .find((block) => block.includes(`--target ${target}`))
    ?.replace("profile.yaml", profile) ?? "";
await done(rendering("containerfile"));
const forged = await run(builds[0]?.replace(sum, sum.replaceAll(/\d/g, "f")) ?? "");
const log: string[] = [];
for (const line of builds) log.push(await done(line));

/** A container's name and its root, of an image. */
async function from(image: string): Promise<readonly [string, string]> {
  const name = (await done(`buildah from localhost/amplia:${image}`)).trim();
  return [name, (await done(`buildah mount ${name}`)).trim()];
}

const [proof, withKnetctl] = await from("1-proof");
const [application, root] = await from("1");

t.test("the builds of docs/containers.md end well, but not with a package of another hash", (t) => {
  t.equal(log.length, 2);
  for (const said of log) t.comment(said);
  t.not(forged.exitCode, 0);
  t.match(forged.said, /computed checksum did NOT match/);
  t.end();
});

t.test("the image has the client and the account more than its base, and nothing else", (t) => {
  const [before, after] = [treeOf(base), treeOf(root)];
  const added = [...after.keys()].filter((at) => !before.has(at));
  t.strictSame(
    added.filter((at) => !/^\/(usr\/local\/lib\/kryptus|opt\/kryptus|var\/amplia)(\/|$)/.test(at)),
    [loaderEntry],
  );
  t.ok(added.includes(configFile));
  t.strictSame(
    [...before.keys()].filter((at) => !after.has(at)),
    [],
    "nothing of the base is missing",
  );
  const changed = [...before].filter(([at, { content }]) => after.get(at)?.content !== content);
  t.strictSame(
    changed.map(([at]) => at),
    ["/etc/group", "/etc/gshadow", "/etc/ld.so.cache", "/etc/passwd", "/etc/shadow"],
  );
  t.match(readFileSync(`${root}/etc/passwd`, "utf8"), /^amplia:x:10001:10001:/m);
  t.strictSame(after.get("/var/amplia")?.owner, "10001:10001");
  t.match(after.get(configFile), { owner: "0:10001", mode: 0o640 });
  t.end();
});

t.test("no knetctl, Node or archive is in it, and a PIN in no stage", async (t) => {
  const found = (where: string): Promise<string> =>
    done(`find ${where} -xdev \\( -iname '*knetctl*' -o -name node -o -name 'kNET-PKCS11-*' \\)`);
  t.equal(await found(root), "");
  t.match(await found(withKnetctl), /\/usr\/lib\/knetctl\/node\n/, "the search finds them where they are");
  const patterns = `${folder}/patterns`;
  writeFileSync(patterns, cluster.users.map(({ name }) => `${pinOf(cluster, name)}\n`).join(""));
  t.equal(await done(`grep -rlF -f ${patterns} ${storage} ${build} ${patterns}`), `${patterns}\n`);
});

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly user: string; readonly command: readonly string[]; readonly secrets: string[] }>
  >;
}

const signed = /verdict: token "ca_signer": signed with a key made in the session/;

/** What Compose starts before the application, in this container, with more that is bound over. */
async function proven(container: string, knetctl: string, ...bound: readonly string[]): Promise<string> {
  await done(`knetctl render ${profile} --target compose >compose.yaml`);
  const { services } = parse(readFileSync(`${build}/compose.yaml`, "utf8")) as Compose;
  const { "prove-ca-signer": service } = services;
  if (service === undefined) throw new Error("no proof of ca_signer");
  const pin = `${folder}/${service.secrets[0] ?? ""}`;
  writeFileSync(pin, pinOf(cluster, "ca_signer"));
  chownSync(pin, 10001, 10001);
  chmodSync(pin, 0o400);
  const volumes = [...bound, `${tokens}:${tokens}`, `${pin}:/run/secrets/${service.secrets[0] ?? ""}:ro`];
  const words = service.command.map((word, at) => (at === 0 ? knetctl : word));
  const said = await done(
    `buildah run ${volumes.map((one) => `--volume ${one}`).join(" ")} --user ${service.user} ` +
      `${container} -- ${words.join(" ")}`,
  );
  t.comment(said);
  return said;
}

t.test("the stage with knetctl proves it as Compose starts it: the account's login signs", async (t) => {
  t.match(await proven(proof, "knetctl"), signed);
});

t.test("the application's image signs, with its own module, config.json and loader entry", async (t) => {
  const knetctl = "/usr/lib/knetctl";
  t.match(await proven(application, `${knetctl}/knetctl`, `${withKnetctl}${knetctl}:${knetctl}:ro`), signed);
});

t.test("cloud-init has nothing to say against the user data", async (t) => {
  await done(rendering("cloud-init"));
  const schema = `chroot ${cloud} cloud-init schema --config-file /user-data.yaml`;
  t.match(await done(`cp user-data.yaml ${cloud}/ && ${schema}`), /^Valid (cloud-config|schema)/m);
  const bad = await run(
    `sed 's/^packages:.*/packages: 1/' user-data.yaml >${cloud}/user-data.yaml; ${schema}`,
  );
  t.not(bad.exitCode, 0, "it would tell");
});
