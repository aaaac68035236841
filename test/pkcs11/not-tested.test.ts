import { test } from "tap";
import { started, throwIfNotMade } from "../../src/pkcs11/not-tested.js";
import type { WorkerEnd } from "../../src/pkcs11/process/run-worker.js";
import { Transcript } from "../../src/pkcs11/transcript.js";
import { Problem } from "../../src/problem/problem.js";

function endedWith(message: Parameters<Transcript["take"]>[0]): WorkerEnd {
  const transcript = new Transcript();
  transcript.take(message, 0);
  return {
    transcript,
    exitCode: 0,
    signal: null,
    killed: undefined,
    failures: [],
    openMs: 0,
    stderr: "",
    libraries: [],
  };
}

const request = { module: "libx.so", token: { only: true }, workerPath: "/worker.cjs" } as const;

function thrownFor(message: Parameters<Transcript["take"]>[0]): unknown {
  try {
    throwIfNotMade(endedWith(message), request, "knetctl-label");
  } catch (error) {
    return error;
  }
  return undefined;
}

test("an error in the smoke test's process is one of knetctl, and no word about the user", async (t) => {
  const error = thrownFor({ type: "refused", why: "internal", detail: "TypeError: x is not a function" });
  t.match(error, {
    code: "internal-error",
    message: /^internal error in knetctl.*: the smoke test's process failed$/,
    detail: "TypeError: x is not a function",
  });
  t.match(thrownFor({ type: "refused", why: "identity", detail: "EPERM" }), {
    code: "smoke-identity-refused",
  });
});

test("only the system says that a process cannot be started", async (t) => {
  const broken = new TypeError("x is not a function");
  await t.rejects(started(Promise.reject(broken)), broken);
  const problem = new Problem("interrupted", "interrupted");
  await t.rejects(started(Promise.reject(problem)), problem);
  const refused = Object.assign(new Error("spawn E2BIG"), { code: "E2BIG", syscall: "spawn" });
  await t.rejects(started(Promise.reject(refused)), { code: "smoke-worker-failed", detail: "spawn E2BIG" });
});
