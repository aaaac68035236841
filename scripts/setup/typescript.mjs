// Preloaded into the processes of the tests: they run .ts files as compile-tests.mjs has compiled them. Those that start themselves again with their
// own execArgv, in a sandbox where NODE_OPTIONS are left behind, get it by that.
import { register } from "node:module";

register("./typescript-hooks.mjs", import.meta.url);
const preload = `--import=${import.meta.url}`;
if (!process.execArgv.includes(preload)) process.execArgv.unshift(preload);
