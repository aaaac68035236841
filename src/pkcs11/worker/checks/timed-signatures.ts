import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { KeyPair } from "pkcs11js";
import type { Check, KeyKind, Outcome, Run, Scheme, Signer } from "./check.js";
import { keygenRsa } from "./key-pairs.js";
import { ecKind, rsaKind, signatureOf } from "./sign.js";

/** EC first: generating such a key takes about the same time each time, unlike an RSA key. */
const kinds: readonly KeyKind[] = [ecKind, rsaKind];

/** Only where there is no EC key to sign with. */
export const keygenRsaInstead: Check = {
  ...keygenRsa,
  skip: (run) => (ways(run).length > 0 ? "there is an EC key" : keygenRsa.skip?.(run)),
};

export const firstSignature: Check = {
  id: "first-signature",
  refused: "stop",
  skip: (run) => (ways(run).length > 0 ? undefined : "there is no key to sign with"),
  perform(run) {
    const [way] = ways(run);
    if (way === undefined) throw new Error("no key or no scheme");
    const { data, signature } = timed(run, way.keys, way.scheme);
    const signer = { ...way, publicKey: way.kind.readKey(run, way.keys) };
    run.signer = signer;
    return verified(signer, data, signature);
  },
};

/** Waits while the caller acts on the members. */
export const paused: Check = {
  id: "pause",
  refused: "stop",
  skip: (run) => (run.signer === undefined ? "there was no first signature" : undefined),
  perform(run) {
    run.pause();
    return { status: "info" };
  },
};

export const secondSignature: Check = {
  id: "second-signature",
  refused: "fail",
  skip: (run) => (run.signer === undefined ? "there was no first signature" : undefined),
  perform(run) {
    if (run.signer === undefined) throw new Error("no first signature");
    const { data, signature } = timed(run, run.signer.keys, run.signer.scheme);
    return verified(run.signer, data, signature);
  },
};

function ways(run: Run): readonly Omit<Signer, "publicKey">[] {
  return kinds.flatMap((kind) => {
    const keys = kind.keysOf(run);
    const scheme = kind.schemes.find(({ mechanism }) => run.mechanisms.has(mechanism));
    return keys === undefined || scheme === undefined ? [] : [{ kind, keys, scheme }];
  });
}

function timed(
  run: Run,
  keys: KeyPair,
  scheme: Scheme,
): { readonly data: Buffer; readonly signature: Buffer } {
  const data = randomBytes(256);
  const before = performance.now();
  const signature = signatureOf(run, keys, scheme, data);
  const after = performance.now();
  run.tell({ type: "signature", ms: tenths(after - before), sinceStartMs: tenths(after - run.started) });
  return { data, signature };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function verified({ kind, scheme, publicKey }: Signer, data: Buffer, signature: Buffer): Outcome {
  if (kind.verifies(data, publicKey, signature))
    return { status: "pass", detail: `${scheme.name}, verified on this host` };
  return { status: "fail", detail: `${scheme.name}: the signature is wrong (verified on this host)` };
}
