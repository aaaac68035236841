import { createHash } from "node:crypto";

/** In Node's list of what it is made of, but not software. */
const notSoftware = ["node", "modules", "napi", "cldr", "tz", "unicode"];
const licencesInNode = { v8: "BSD-3-Clause", openssl: "Apache-2.0" };

/**
 * The software bill of materials of one artefact, as CycloneDX 1.6 JSON (ECMA-424). The same input gives the
 * same text: it names no time, and its serial number is made from the rest.
 *
 * `parts`: dist/parts.json. `lock`: package-lock.json. `artefact`: the `file`'s name and its `sha256`; left
 * out for the program as it is built. `node`: the `version`, `versions` (its process.versions) and `sha256`
 * of the node that the artefact carries, if it does, and what was `changed` in its ICU, if anything was.
 */
export function sbomOf({ parts, lock, artefact, node }) {
  const bundled = parts.packages.map((one) => ({ ...one, ...locked(one, lock) }));
  const carried = node === undefined ? [] : [nodeComponent(node)];
  const rest = {
    version: 1,
    metadata: { component: program(parts, artefact) },
    components: [...bundled.map(library), ...carried],
    dependencies: dependencies(bundled, lock, carried),
  };
  return `${JSON.stringify(
    { bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: serialNumber(rest), ...rest },
    undefined,
    2,
  )}\n`;
}

const root = "knetctl";

function program({ version, commit }, artefact) {
  return {
    type: "application",
    "bom-ref": root,
    name: "knetctl",
    version,
    licenses: [{ license: { id: "MIT" } }],
    purl: `pkg:generic/knetctl@${version}`,
    ...(artefact !== undefined && {
      hashes: [{ alg: "SHA-256", content: artefact.sha256 }],
      externalReferences: [{ type: "distribution", url: artefact.file }],
    }),
    ...(commit !== null && { properties: [{ name: "knetctl:commit", value: commit }] }),
  };
}

function library({ name, version, license, integrity }) {
  return {
    type: "library",
    "bom-ref": purl(name, version),
    name,
    version,
    licenses: [/ (?:OR|AND|WITH) /.test(license) ? { expression: license } : { license: { id: license } }],
    purl: purl(name, version),
    hashes: [{ alg: "SHA-512", content: hexOf(integrity) }],
  };
}

const purl = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;

function hexOf(integrity) {
  const [, base64] = /^sha512-(.+)$/.exec(integrity) ?? [];
  if (base64 === undefined) throw new Error(`the lock file has another hash than SHA-512: ${integrity}`);
  return Buffer.from(base64, "base64").toString("hex");
}

function nodeComponent({ version, versions, sha256, changed }) {
  const inside = Object.entries(versions).filter(([name]) => !notSoftware.includes(name));
  return {
    type: "platform",
    "bom-ref": `node@${version}`,
    name: "node",
    version,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: "MIT" } }],
    purl: `pkg:generic/node@${version}`,
    hashes: [{ alg: "SHA-256", content: sha256 }],
    components: inside.map(([name, one]) => ({
      type: "library",
      "bom-ref": `node@${version}/${name}@${one}`,
      name,
      version: one,
      ...(name === "openssl" && { cpe: `cpe:2.3:a:openssl:openssl:${one}:*:*:*:*:*:*:*` }),
      licenses: [
        {
          license: name in licencesInNode ? { id: licencesInNode[name] } : { name: "in the LICENSE of Node" },
        },
      ],
      purl: `pkg:generic/${name}@${one}`,
      ...(name === "icu" && changed !== undefined && { pedigree: { notes: changed } }),
    })),
  };
}

/** Where the package is in the lock file, its hash, and what it depends on. */
function locked({ name, version }, { packages }) {
  const found = Object.entries(packages).find(
    ([place, one]) => place.endsWith(`node_modules/${name}`) && one.version === version,
  );
  if (found === undefined) throw new Error(`${name} ${version} is bundled, and not in package-lock.json`);
  const [place, { integrity, dependencies = {} }] = found;
  return { place, integrity, needs: Object.keys(dependencies) };
}

/** Of what is bundled, what depends on what. */
function dependencies(bundled, { packages }, carried) {
  const refs = new Map(bundled.map(({ place, name, version }) => [place, purl(name, version)]));
  const refsOf = (place, names) =>
    names.flatMap((name) => refs.get(resolved(name, place, packages)) ?? []).sort();
  const { dependencies: installed, devDependencies: built } = packages[""];
  const own = refsOf("", Object.keys({ ...installed, ...built }));
  return [
    { ref: root, dependsOn: [...own, ...carried.map((one) => one["bom-ref"])] },
    ...bundled.map(({ place, needs }) => ({ ref: refs.get(place), dependsOn: refsOf(place, needs) })),
  ];
}

/** The place that Node finds the package at, looking from another one's place. */
function resolved(name, from, packages) {
  const here = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  if (here in packages || from === "") return here;
  return resolved(name, from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ""), packages);
}

/** A UUID of version 8 (RFC 9562), from the content. */
function serialNumber(content) {
  const bytes = createHash("sha256").update(JSON.stringify(content)).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}
