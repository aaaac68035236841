import { runChild } from "../../../host/commands/run-child.js";
import { addonMissing, workerPaths } from "../../../pkcs11/process/worker-files.js";
import { pkcs11Worker } from "../../command.js";
import type { Check } from "../check.js";

const loadMs = 20_000;

/** Loads it as the smoke test's worker does, in a process of its own; it loads no module. */
export const addon: Check = {
  id: "program-addon",
  title: "the smoke test's addon can be loaded",
  look: async ({ context }) => {
    const file = workerPaths(pkcs11Worker(context)).addon;
    const { exitCode, signal, stderr } = await runChild({
      line: [context.self.node, "-e", "process.dlopen({ exports: {} }, process.argv[1])", file],
      cwd: "/",
      env: {},
      input: undefined,
      timeoutMs: loadMs,
      signal: context.signal,
    });
    if (exitCode === 0) return { text: "pkcs11js can be loaded" };
    const ended =
      exitCode === null
        ? `node was ended by ${signal ?? "a signal"}`
        : `node ended with exit code ${exitCode}`;
    const said = /^Error: (.*)$/m.exec(stderr)?.[1] ?? ended;
    return { text: "pkcs11js cannot be loaded", problems: [addonMissing(said, file)] };
  },
};
