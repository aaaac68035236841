// Preloaded into the processes of the tests. What only starts a test file in a sandbox (in-sandbox.mjs) does
// without tap.
if (/\.test\.js$/.test(process.argv[1] ?? "")) (await import("./end-idle-tests.mjs")).endIdleTests();
