// Starts a test file in the sandbox that it would enter first (test/support/ensure-sandbox.ts), without
// loading it, tap, and all that it tests outside of the sandbox. Arguments: the support file, the name of
// what it exports, the test file.
import { pathToFileURL } from "node:url";

const [support, enter, test] = process.argv.slice(2);
await (await import(pathToFileURL(support).href))[enter](test);
