// Preloaded into the processes of the tests, which are JavaScript already: tap would load its TypeScript
// compiler into each of them, and pass every import through a second thread. A process that starts itself
// again in a sandbox, which NODE_OPTIONS does not reach, gets this through its own execArgv.
import module from "node:module";

process.env.TAP_TYPE_STRIP_ONLY = "1";
module.register = () => undefined;
module.syncBuiltinESMExports();
const preload = `--import=${import.meta.url}`;
if (!process.execArgv.includes(preload)) process.execArgv.unshift(preload);

// only in a process that tap starts with the name of a test file, not in those that such a file starts
if (/\.test\.js$/.test(process.argv[1] ?? "")) (await import("./end-idle-tests.mjs")).endIdleTests();
