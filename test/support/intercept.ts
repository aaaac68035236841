import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Call =
  | "openSync"
  | "mkdirSync"
  | "renameSync"
  | "fsyncSync"
  | "fchmodSync"
  | "fchownSync"
  | "readSync"
  | "read";

interface Test {
  teardown(work: () => void): void;
}

/**
 * Has `act` run before (or after) each of this process's own calls of one kind until the test ends or `stop`
 * is called: what another process would do in exactly that moment. It is given the call's first argument.
 */
export function intercept(
  t: Test,
  name: Call,
  when: "before" | "after",
  act: (first: string, stop: () => void) => void,
): void {
  const real: unknown = fs[name];
  if (typeof real !== "function") throw new Error(name);
  const stop = (): void => {
    put(name, real);
  };
  t.teardown(stop);
  put(name, (...args: readonly unknown[]): unknown => {
    if (when === "before") act(String(args[0]), stop);
    const result: unknown = Reflect.apply(real, fs, args);
    if (when === "after") act(String(args[0]), stop);
    return result;
  });
}

function put(name: Call, call: unknown): void {
  Reflect.set(fs, name, call);
  // what was imported by name is this from now on
  syncBuiltinESMExports();
}
