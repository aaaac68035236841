// Preloaded into the processes of the tests. What only starts a test file in a sandbox (in-sandbox.mjs) does
// without tap.
if (/\.test\.js$/.test(process.argv[1] ?? "")) {
  (await import("./end-idle-tests.mjs")).endIdleTests();
  // at its natural end Node waits for requests that are open: one was seen that nothing ended
  const { emit } = process;
  process.emit = function (name, ...rest) {
    const heard = emit.call(this, name, ...rest);
    if (name === "exit") process.reallyExit(Number(process.exitCode ?? rest[0] ?? 0));
    return heard;
  };
}
