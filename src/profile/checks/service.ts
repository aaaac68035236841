import { checkUrl } from "./url.js";
import type { Finding } from "../finding.js";
import { type Anchor, type Entry, entriesOf, entryOf, textOf, type TreeNode } from "../reading/tree.js";
import { isSecretKey } from "../words/quote.js";

/** The address at which the application reports that it is healthy. */
export function checkService(root: TreeNode): readonly Finding[] {
  const service = entryOf(root, "service")?.value;
  const health = entryOf(service, "health");
  if (health === undefined) return [];
  return [
    ...checkUrl(health.value, {
      what: "health",
      schemes: ["http", "https"],
      example: "http://localhost:5000/api/system/info",
    }),
    ...(entryOf(service, "unit") ? [] : [unused(health)]),
  ];
}

function unused(anchor: Entry): Finding {
  return {
    code: "profile-health-unused",
    title: "health is given without a unit",
    anchor,
    detail: "it is checked only after a restart of service.unit",
    hint: "give the application's systemd unit too, such as unit: amplia.service",
    severity: "warning",
  };
}

/**
 * The most verbose level writes the arguments of PKCS #11 calls to the module's log, which may include the
 * PIN.
 */
export function checkLogVerbosity(root: TreeNode): readonly Finding[] {
  const node = entryOf(root, "log_verbosity")?.value;
  if (node === undefined || textOf(node) !== "full") return [];
  const unit = textOf(entryOf(entryOf(root, "service")?.value, "unit")?.value);
  return [
    {
      code: "profile-log-full",
      title: "log_verbosity full logs the arguments of PKCS #11 calls",
      anchor: node,
      ...(unit !== undefined && { detail: "service.unit suggests that this is a service in production" }),
      hint: "use it to track down a fault, then go back to quiet",
      severity: "warning",
    },
  ];
}

/**
 * Variables of the service that a profile may not give: those that hold secrets, that are settings of the
 * application, or that say who and where the service is, which the profile does elsewhere.
 */
export function checkEnvironment(root: TreeNode): readonly Finding[] {
  const service = entryOf(root, "service")?.value;
  return entriesOf(service, "environment").flatMap(checkVariable);
}

function checkVariable(variable: Entry): readonly Finding[] {
  const { key: name, value } = variable;
  // a key that is nothing but a secret's name is found wherever it is
  if (isSecretKey(name)) return [];
  if (holdsSecretByName(name)) return [secretVariable(value)];
  const hint = reasons.find(([names]) => names.test(name))?.[1];
  return hint === undefined
    ? []
    : [
        {
          code: "profile-variable-refused",
          title: "this variable is not one for service.environment",
          anchor: variable,
          detail: name,
          hint,
        },
      ];
}

function secretVariable(anchor: Anchor): Finding {
  return {
    code: "profile-pin-literal",
    title: "there is a secret in service.environment",
    anchor,
    detail: "its text is not shown",
    hint:
      "remove it, and change it where it is used if others could read it; the secrets of key stores are " +
      "given under key_stores, each by its source: pin: { file: /run/secrets/NAME }",
  };
}

/** `KeyStores__X__Pin`, `SIGNER_PASSWORD`; `SIGNER_PIN_FILE` names a file. */
function holdsSecretByName(name: string): boolean {
  return !/_file$/i.test(name) && name.split("_").some(isSecretKey);
}

const reasons: readonly (readonly [names: RegExp, hint: string])[] = [
  [/^home$/i, "set service.home instead"],
  [/^(user|logname)$/i, "set service.user instead"],
  [
    /^(keystores__|amplia__defaultkeystore$)/i,
    "give key stores under key_stores and the default as default_key_store: knetctl writes them into the " +
      "application's settings",
  ],
  [/^node_/i, "leave it out: the smoke test runs in Node, which would take it for its own"],
];
