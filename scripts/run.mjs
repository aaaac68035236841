// What package.json's scripts call: sets up what the run needs and this machine lacks, then does it (see
// setup/runs.mjs). Starts without node_modules, and must be able to say that Node is too old even on such a
// Node: no newer syntax here, and everything else is imported after the check.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `setup: Node ${process.versions.node} is too old: knetctl needs Node 20.19 or newer\n` +
      "  hint: Debian 13 has it (apt-get install nodejs npm); elsewhere take it from https://nodejs.org\n",
  );
  process.exitCode = 1;
} else {
  const { main } = await import("./setup/main.mjs");
  process.exitCode = await main(process.argv[2], process.argv.slice(3));
}
