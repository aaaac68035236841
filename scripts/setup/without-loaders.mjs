// Preloaded into the processes of the tests, which are JavaScript already: tap would load its TypeScript
// compiler into each of them, and lead each import through a second thread. A process that starts itself
// again with its own execArgv, in a sandbox where NODE_OPTIONS stay behind, gets it by that.
import module from "node:module";

process.env.TAP_TYPE_STRIP_ONLY = "1";
module.register = () => undefined;
module.syncBuiltinESMExports();
const preload = `--import=${import.meta.url}`;
if (!process.execArgv.includes(preload)) process.execArgv.unshift(preload);

// as tap runs it, with the name of a test file: not what such a file starts
if (/\.test\.js$/.test(process.argv[1] ?? "")) (await import("./end-idle-tests.mjs")).endIdleTests();
