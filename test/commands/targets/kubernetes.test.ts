import t from "tap";
import { join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";
import { kubernetes } from "../../../src/commands/targets/kubernetes.js";
import {
  renderClientConfig,
  wantedClientConfig,
} from "../../../src/vendor/client-config/render-client-config.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import { hostileNames, hostileProfile, someHostiles } from "../../support/hostile-names.js";

const clone = join(import.meta.dirname, "../../..");
const service = {
  user: "amplia",
  home: "/var/$(HOME) it's",
  health: "http://localhost:5000/api/system/info",
  environment: { A: '$(HOME) $$ "x" \u2028' },
};
const stores = { k: { type: "Pkcs11", user: "ca_signer" } };

/** The objects in the text, as a program of Kubernetes reads them. */
function objectsIn(text: string | undefined): readonly unknown[] {
  return parseAllDocuments(text ?? "", { version: "1.1" }).map((document) => {
    t.strictSame([document.errors, document.warnings], [[], []]);
    return document.toJS() as unknown;
  });
}

/** What the types that are made from Kubernetes' OpenAPI say of these objects; unknown keys are refused. */
function faults(texts: readonly (readonly unknown[])[]): readonly string[] {
  const objects = texts.flatMap(([map, deployment], index) => [
    `export const map${index}: ConfigMap = ${JSON.stringify(map)};`,
    `export const deployment${index}: Deployment = ${JSON.stringify(deployment)};`,
  ]);
  const source = `import type { ConfigMap } from "kubernetes-types/core/v1";
import type { Deployment } from "kubernetes-types/apps/v1";
${objects.join("\n")}`;
  const file = join(clone, "test/objects.ts");
  const options: ts.CompilerOptions = { strict: true, noEmit: true, types: [], lib: ["lib.es5.d.ts"] };
  const real = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...real,
    getSourceFile: (name, ...rest) =>
      name === file
        ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022)
        : real.getSourceFile(name, ...rest),
    fileExists: (name) => name === file || real.fileExists(name),
    readFile: (name) => (name === file ? source : real.readFile(name)),
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

t.test("the objects are Kubernetes' own, with no key that it does not know", async (t) => {
  const all = [{ service }, { key_stores: stores }, {}].map(async (more) =>
    objectsIn(await kubernetes(await hostileProfile(["ca_signer", "b"], more), {})),
  );
  const [first = [], ...others] = await Promise.all(all);
  // one with a key that is not known, which is seen
  const found = faults([first, ...others, [first[0], { spec: { replica: 1 } }]]);
  t.equal(found.length, 1, found.join("\n"));
  t.match(found[0], /'"replica"' does not exist in type 'DeploymentSpec'/);
});

t.test("it runs as the service's ids, with no right that it does not need, and proves first", async (t) => {
  const profile = await hostileProfile(["ca_signer"], {
    service,
    proof: { at_least: "signed-existing-key" },
  });
  const ids = { uid: 5001, gid: 5002 };
  const [, deployment] = objectsIn(await kubernetes(profile, { ids, image: "example.org/app:1" }));
  const container = {
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
  t.match(deployment, {
    spec: {
      template: {
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 5001, runAsGroup: 5002, fsGroup: 5002 },
          initContainers: [{ ...container, image: "example.org/app:1-proof" }],
          containers: [
            {
              ...container,
              image: "example.org/app:1",
              readinessProbe: { httpGet: { path: "/api/system/info", port: 5000, scheme: "HTTP" } },
            },
          ],
          volumes: [
            { name: "knet-client", configMap: { defaultMode: 0o440 } },
            { name: "knet-pins", secret: { secretName: "amplia-knet-pins", defaultMode: 0o440 } },
          ],
        },
      },
    },
  });
});

t.test(
  "whatever its names are, config.json is the same, and each login's words are as they were",
  async (t) => {
    await fc.assert(
      fc.asyncProperty(someHostiles, async (names) => {
        const profile = await hostileProfile(names, { service });
        const text = await kubernetes(profile, {});
        const [map, deployment] = objectsIn(text);
        t.match(map, { data: { "config.json": String } });
        const config: unknown = JSON.parse(String(at(map, "data", "config.json")));
        t.strictSame(config, JSON.parse(await renderClientConfig(wantedClientConfig(profile))));
        const commands = listAt(deployment, "spec", "template", "spec", "initContainers").map((container) =>
          listAt(container, "command").map((word) => String(word).replaceAll("$$", "$")),
        );
        t.strictSame(
          commands.map((words) => words[3]),
          names.map((name) => `--token-label=${name}`),
        );
        t.ok(commands.every((words) => words.at(-1) === `--env=A=${service.environment.A}`));
      }),
      { numRuns: cases(60), examples: [[hostileNames]] },
    );
  },
);

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((one, key) => Reflect.get(Object(one), key), value);
}

function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  if (!Array.isArray(found)) throw new TypeError(`no list at ${keys.join(".")}`);
  return found;
}
