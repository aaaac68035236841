import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import t from "tap";
import type { ConsumerReport } from "../../src/pkcs11/report.js";
import type { Cluster } from "../../src/simulator/cluster.js";
import { shortRsaBits } from "../simulator/rig.js";
import { knetctlJson, type Report } from "./knetctl.js";
import { provisioning } from "./provisioning.js";

/** A sandboxed host with the simulated client and its service user `amplia`. */
export interface ConsumerScene {
  /** Where profiles and PIN files are. */
  readonly folder: string;
  /** Of `ca_signer`. */
  readonly pin: string;
  /** How many logins there were since the last call, right or wrong. */
  readonly logins: () => number;
  /** From now on so many logins are let through, and all others refused; left out: none is refused. */
  readonly letThrough: (logins?: number) => void;
  /** A profile with these consumers: YAML after `consumers:`. */
  readonly profile: (name: string, consumers: string) => string;
  /** While a program makes a key, it may be as long as programs want it; those of a proof need not. */
  readonly withLongKeys: <T>(make: () => Promise<T>) => Promise<T>;
  /** Makes a key pair on the token of `ca_signer`. */
  readonly makeKey: (label: string, id: string, kind?: string) => Promise<void>;
}

/**
 * To be called once in a test file, in its sandbox: installs the client for `amplia`, so that a consumer's
 * test begins where its program does. Programs that use the module must be run without blocking this process,
 * which simulates the VHSM.
 */
export async function consumerScene(): Promise<ConsumerScene> {
  const { profile: base, cluster, folder } = await provisioning({ vhsms: 1 });
  t.teardown(() => cluster.stop());
  const { exitCode, document } = await knetctlJson(["apply", base, "--no-smoke-test"]);
  if (exitCode !== 0) throw new Error(JSON.stringify(document.problems));
  let count = 0;
  let left = Infinity;
  const logIn = cluster.directory.logIn.bind(cluster.directory);
  cluster.directory.logIn = (name, password) => {
    count += 1;
    left -= 1;
    return logIn(name, left < 0 ? "refused" : password);
  };
  const pin = readFileSync(`${folder}/ca_signer.pin`, "utf8").trimEnd();
  return {
    folder,
    pin,
    logins: () => {
      const since = count;
      count = 0;
      return since;
    },
    letThrough: (logins = Infinity) => {
      left = logins;
    },
    profile: (name, consumers) => {
      const file = `${folder}/${name}.yaml`;
      writeFileSync(file, `${readFileSync(base, "utf8")}\nconsumers:${consumers}\n`);
      return file;
    },
    withLongKeys: (make) => withLongKeys(cluster, make),
    makeKey: async (label, id, kind = "rsa:2048") => {
      const login = ["--token-label", "ca_signer", "--login", "--pin", "env:PIN"];
      const key = ["--keypairgen", "--key-type", kind, "--label", label, "--id", id];
      await withLongKeys(cluster, () =>
        asAmplia(["pkcs11-tool", "--module", "libkNETPKCS11.so", ...login, ...key], { PIN: pin }),
      );
    },
  };
}

/** As ConsumerScene has it, for the scene's cluster. */
export async function withLongKeys<T>({ vhsms }: Cluster, make: () => Promise<T>): Promise<T> {
  for (const vhsm of vhsms) vhsm.setMostRsaBits(undefined);
  try {
    return await make();
  } finally {
    for (const vhsm of vhsms) vhsm.setMostRsaBits(shortRsaBits);
  }
}

/** Runs a program as the service's user. */
export async function asAmplia(
  line: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const account = ["--reuid", "amplia", "--regid", "amplia", "--init-groups", "--"];
  const { stdout } = await promisify(execFile)("setpriv", [...account, ...line], {
    env: { HOME: "/var/amplia", PATH: "/usr/bin:/usr/sbin:/bin", ...environment },
    cwd: "/",
  });
  return stdout;
}

export interface ConsumerRun {
  readonly exitCode: number;
  readonly document: Report;
  /** `code: title` and detail of each error. */
  readonly errors: readonly { readonly code: string; readonly title: string; readonly detail?: string }[];
  readonly consumers: readonly ConsumerReport[];
}

interface Told {
  readonly smoke?: { readonly verdict: string; readonly consumers?: readonly ConsumerReport[] };
  readonly consumers?: readonly ConsumerReport[];
}

/** Runs a verb with `--json`, and takes from its document what is said of consumers. */
export async function run(verb: string, ...args: readonly string[]): Promise<ConsumerRun> {
  const { exitCode, document } = await knetctlJson([verb, ...args]);
  const told: Told = document;
  return {
    exitCode,
    document,
    errors: document.problems.filter(({ severity }) => severity === "error"),
    consumers: told.consumers ?? told.smoke?.consumers ?? [],
  };
}
