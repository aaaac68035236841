import { performance } from "node:perf_hooks";
import type { SignedKey } from "../../proven.js";
import { type Check, type Outcome, recordSigned, type Run, type Signer, type KeyKind } from "./check.js";
import { ecKind, rsaKind, schemesOf, signatureOf, testData } from "./keys/key-kinds.js";
import { keygenRsa } from "./key-pairs.js";
import { publicKeyOf } from "./sign.js";

/** EC first: generating such a key takes about the same time each time, unlike an RSA key. */
const kinds: readonly KeyKind[] = [ecKind, rsaKind];

/** Only where there is no EC key to sign with. */
export const keygenRsaInstead: Check = {
  ...keygenRsa,
  skip: (run) =>
    run.ec !== undefined && schemesOf(run, ecKind).length > 0 ? "there is an EC key" : keygenRsa.skip?.(run),
};

export const firstSignature: Check = {
  id: "first-signature",
  refused: "stop",
  perform(run) {
    run.signer = ownSigner(run) ?? run.signer;
    return run.signer === undefined ? { status: "skip", detail: "there is no key to sign with" } : timed(run);
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
  perform: timed,
};

/** With a key of the run: the application's are not needed to measure time. */
function ownSigner(run: Run): Signer | undefined {
  for (const kind of kinds) {
    const [keys, [scheme]] = [kind.keysOf(run), schemesOf(run, kind)];
    if (keys === undefined || scheme === undefined) continue;
    const { privateKey, publicKey } = keys;
    return { kind, privateKey, scheme, publicKey: publicKeyOf(run, kind, publicKey) };
  }
  return undefined;
}

function timed(run: Run): Outcome {
  const { signer } = run;
  if (signer === undefined) throw new Error("no key or no scheme");
  const data = testData();
  const before = performance.now();
  const signature = signatureOf(run, signer.privateKey, signer.scheme, data);
  const after = performance.now();
  run.tell({ type: "signature", ms: tenths(after - before), sinceStartMs: tenths(after - run.started) });
  return verified(run, signer, data, signature);
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function verified(run: Run, signer: Signer, data: Buffer, signature: Buffer): Outcome {
  const { kind, scheme, publicKey, privateKey } = signer;
  if (!scheme.verifies(data, publicKey, signature))
    return { status: "fail", detail: `${scheme.name}: the signature is wrong (verified on this machine)` };
  const isOwn = run.created.some((handle) => handle.equals(privateKey));
  const key: SignedKey = isOwn ? run.life : "existing";
  recordSigned(run, { key, name: isOwn ? `an ${kind.name} key of this run` : "a key that is on the token" });
  return { status: "pass", detail: `${scheme.name}, verified on this machine` };
}
