import Ajv from "ajv";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "tap";
import { sbomOf } from "../../scripts/package/sbom.mjs";

const clone = join(import.meta.dirname, "../..");
const jsonOf = (file: string): unknown => JSON.parse(readFileSync(join(clone, file), "utf8"));
const parts = jsonOf("dist/parts.json") as Parameters<typeof sbomOf>[0]["parts"];
const lock = jsonOf("package-lock.json");

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly "bom-ref": string;
  readonly hashes?: readonly { alg: string; content: string }[];
  readonly components?: readonly Component[];
  readonly pedigree?: { readonly notes: string };
}

interface Bom {
  readonly serialNumber: string;
  readonly metadata: {
    readonly component: Component & { externalReferences?: unknown; properties?: unknown };
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
}

/** The schema that CycloneDX publishes, as its library for JavaScript carries it. */
const library = dirname(createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json"));
const schema = (name: string): object =>
  JSON.parse(readFileSync(join(library, `res/schema/${name}.SNAPSHOT.schema.json`), "utf8")) as object;
const ajv = new Ajv.Ajv({ strict: false, validateFormats: false, allErrors: true });
for (const name of ["spdx", "jsf-0.82"])
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
const validate = ajv.compile(schema("bom-1.6"));

const sha256 = createHash("sha256").update("node").digest("hex");
const node = { version: process.versions.node, versions: process.versions, sha256 };
const artefact = { file: "knetctl_0.1.0_amd64.deb", sha256: "0".repeat(64) };
const bomOf = (text: string): Bom => JSON.parse(text) as Bom;

test("the program's bill, and that of a package with Node, are valid CycloneDX 1.6", (t) => {
  const built = jsonOf("dist/sbom.cdx.json");
  for (const bom of [built, bomOf(sbomOf({ parts, lock, artefact, node }))])
    t.ok(validate(bom), JSON.stringify(validate.errors));
  t.notOk(
    validate({ ...bomOf(sbomOf({ parts, lock })), unknown: 1 }),
    "the schema refuses what it does not know",
  );
  t.end();
});

test("every part has its version, address, licence and the hash that npm checked", (t) => {
  const { components } = bomOf(sbomOf({ parts, lock }));
  t.strictSame(
    components.map(({ name, version }) => `${name} ${version}`),
    parts.packages.map(({ name, version }) => `${name} ${version}`),
  );
  const { packages } = lock as { packages: Record<string, { integrity: string }> };
  const tar = components.find(({ name }) => name === "tar");
  const content = Buffer.from(packages["node_modules/tar"]!.integrity.slice("sha512-".length), "base64");
  t.strictSame(tar?.hashes, [{ alg: "SHA-512", content: content.toString("hex") }]);
  const scoped = components.find(({ name }) => name === "@isaacs/fs-minipass");
  t.equal(scoped?.purl, "pkg:npm/%40isaacs/fs-minipass@4.0.1");
  t.end();
});

test("what depends on what is said, each version as Node finds it", (t) => {
  const { components, dependencies } = bomOf(sbomOf({ parts, lock }));
  const known = new Set(["knetctl", ...components.map((one) => one["bom-ref"])]);
  const of = (ref: string) => dependencies.find((one) => one.ref === ref)?.dependsOn ?? [];
  t.strictSame(dependencies.map(({ ref }) => ref).sort(), [...known].sort());
  t.strictSame(
    dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref)),
    [],
  );
  t.ok(of("knetctl").includes("pkg:npm/pkcs11js@2.1.7"));
  t.ok(of("pkg:npm/npm-run-path@6.0.0").includes("pkg:npm/path-key@4.0.0"));
  t.ok(of("pkg:npm/cross-spawn@7.0.6").includes("pkg:npm/path-key@3.1.1"));
  t.end();
});

test("a carried Node is in it, with its V8 and its OpenSSL, and the artefact with its hash", (t) => {
  const { components, metadata } = bomOf(sbomOf({ parts, lock, artefact, node }));
  const carried = components.find(({ name }) => name === "node");
  const inside = new Map(carried?.components?.map(({ name, version }) => [name, version]));
  t.equal(inside.get("v8"), process.versions.v8);
  t.equal(inside.get("openssl"), process.versions.openssl);
  t.notOk(inside.has("modules"), "an ABI's number is no software");
  t.strictSame(carried?.hashes, [{ alg: "SHA-256", content: sha256 }]);
  t.strictSame(metadata.component.hashes, [{ alg: "SHA-256", content: artefact.sha256 }]);
  t.strictSame(metadata.component.externalReferences, [{ type: "distribution", url: artefact.file }]);
  t.end();
});

test("what was changed in a carried Node's ICU is said there alone, as the schema has it", (t) => {
  const notesOf = (text: string): unknown =>
    bomOf(text)
      .components.flatMap((one) => [one, ...(one.components ?? [])])
      .flatMap(({ name, pedigree }) => (pedigree === undefined ? [] : [[name, pedigree.notes]]));
  const bom = sbomOf({ parts, lock, artefact, node: { ...node, changed: "less data" } });
  t.strictSame(notesOf(bom), [["icu", "less data"]]);
  t.ok(validate(bomOf(bom)), JSON.stringify(validate.errors));
  t.strictSame(notesOf(sbomOf({ parts, lock, artefact, node })), []);
  t.end();
});

test("the same input gives the same bytes, another artefact another serial number", (t) => {
  const [one, again] = [sbomOf({ parts, lock, artefact, node }), sbomOf({ parts, lock, artefact, node })];
  t.equal(one, again);
  t.notMatch(one, /"timestamp"/);
  const other = sbomOf({ parts, lock, node, artefact: { ...artefact, sha256: "1".repeat(64) } });
  t.not(bomOf(other).serialNumber, bomOf(one).serialNumber);
  t.match(
    bomOf(one).serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  t.end();
});

test("the commit is in it when the program was built from one", (t) => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const bom = bomOf(sbomOf({ parts: { ...parts, commit }, lock }));
  t.strictSame(bom.metadata.component.properties, [{ name: "knetctl:commit", value: commit }]);
  t.end();
});

test("a package that is not locked is refused", (t) => {
  const unknown = [{ name: "tar", version: "0.0.1", license: "ISC" }];
  t.throws(() => sbomOf({ parts: { ...parts, packages: unknown }, lock }), /not in package-lock\.json/);
  t.end();
});
