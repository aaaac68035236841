const setByNpmRun = [
  /^npm_(lifecycle|package|command|execpath|node_execpath)/,
  /^npm_config_(local_prefix|global_prefix|prefix|node_gyp|npm_version|user_agent|init_module)$/,
  /^npm_config_(ignore_scripts|omit|include|production|dry_run|call)$/,
  /^INIT_CWD$/,
];

/**
 * This environment without what `npm run` put there, which would steer an npm started with it (its prefix,
 * its script shell, its package). The user's own settings (registry, proxy, certificates, cache) stay.
 */
export function withoutNpm(environment = process.env) {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !setByNpmRun.some((one) => one.test(name))),
  );
}

const kept = [
  "PATH",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "FORCE_COLOR",
  "CI",
  "LANG",
  "LC_ALL",
  "TZ",
  "PLAYWRIGHT_BROWSERS_PATH",
  "KNETCTL_CHROMIUM",
  "KNETCTL_RACE_TRIES",
  "KNETCTL_SCREENSHOTS",
  "KNETCTL_SWEEP",
  "KNETCTL_TEST_SEED",
  "KNETCTL_WRITE_DOCS",
];

/**
 * Authorities that are trusted besides Node's own. Node reads them whenever it starts, which takes it longer
 * than all the rest of starting: for a run that fetches something.
 */
const forFetching = ["NODE_EXTRA_CA_CERTS"];

/**
 * The few variables that a run as root is given: none of npm's, and none of Node's that change what runs.
 * `fetches`: whether the run uses the network of this machine.
 */
export function forRoot(environment = process.env, fetches = false) {
  const names = fetches ? [...kept, ...forFetching] : kept;
  return Object.fromEntries(
    names.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]),
  );
}
