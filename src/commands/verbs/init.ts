import { file, flag, probeOption, rootOption, text } from "../command-line/options.js";
import { camelCase, type ParsedArguments, verb } from "../verb.js";

const repeated = { array: true, type: "string", requiresArg: true } as const;

/** Options that answer questions. */
const answers = [
  ...["archive", "pin-archive", "endpoint", "connection", "pin-fingerprints", "hsm-user", "pin", "take-over"],
  ...["create", "unit", "health", "key-store", "default-key-store", "amplia-version"],
  ...["consumer", "consumer-set"],
];

function faultOf(args: ParsedArguments): string | undefined {
  if (args["fromHost"] === true) {
    const given = answers.find((name) => args[camelCase(name)] !== undefined);
    return given === undefined ? undefined : `--${given} answers a question, and --from-host asks none`;
  }
  const { settings, root } = args;
  if (Array.isArray(settings) && settings.length > 1)
    return "--settings may be repeated only with --from-host";
  return root === undefined ? undefined : "--root works only with --from-host";
}

export const init = verb({
  name: "init",
  describe: "write a profile: ask for what it needs, or read it from this host",
  words: {},
  options: {
    root: rootOption,
    "from-host": flag("read config.json and the application's settings, and ask nothing; PINs are left out"),
    out: file("a new file to write the profile to (default: it is asked for, or standard output)"),
    archive: file("the vendor's archive; without a terminal: none if left out"),
    "pin-archive": {
      type: "boolean",
      isTernary: true,
      describe: "write the archive's SHA-256 into the profile",
    },
    endpoint: {
      ...repeated,
      value: "IP:PORT",
      describe: "a member, with the VHSM's HTTPS port; may be repeated, the preferred one first",
    },
    connection: text("a name for the connection", "NAME"),
    probe: { ...probeOption, describe: "probe each member as it is named; --no-probe skips this" },
    "pin-fingerprints": {
      type: "boolean",
      isTernary: true,
      describe: "write the SHA-256 of the members' certificates into the profile",
    },
    "hsm-user": { ...repeated, value: "NAME", describe: "a regular user of the VHSM; may be repeated" },
    pin: {
      ...repeated,
      value: "SOURCE",
      describe:
        "where that user's PIN comes from, never the PIN itself: file:PATH, credential:NAME, fd:NUMBER, " +
        "env:NAME or prompt; once for each user",
    },
    "take-over": { type: "boolean", isTernary: true, describe: "take over the client that is on this host" },
    user: {
      ...text("the application's account (default: it is asked for, or amplia)", "USER"),
      names: "accounts",
    },
    create: { type: "boolean", isTernary: true, describe: "have apply create the account if it is missing" },
    unit: { ...text("the application's systemd unit", "NAME"), names: "units" },
    health: text("a URL that the application answers when it is healthy", "URL"),
    "key-store": {
      ...repeated,
      value: "NAME",
      describe: "a key store of Amplia for that user; once for each user",
    },
    settings: {
      ...file(
        "a file of the application's settings, PATH or FORM:PATH; with --from-host it may be repeated " +
          "(default: /etc/amplia/appsettings.conf)",
      ),
      array: true,
    },
    "default-key-store": text("the key store that Amplia uses where no other is asked for", "NAME"),
    consumer: {
      ...repeated,
      value: "TYPE[:NAME]",
      names: "consumer-types",
      describe: "another program that uses the module, such as p11-kit, and a name for it; may be repeated",
    },
    "consumer-set": {
      ...repeated,
      value: "NAME.KEY=VALUE",
      names: "consumer-keys",
      describe: "what that consumer has at a key in the profile: tls.key=tls_2026; may be repeated",
    },
    "amplia-version": text("the version of Amplia, such as 4.8.0", "VERSION"),
  },
  examples: [
    ["sudo knetctl init", "be asked for everything, one question after the other"],
    [
      "knetctl init --endpoint 10.1.2.3:60161 --hsm-user ca_signer --user app --out profile.yaml",
      "without questions, where there is no terminal",
    ],
    [
      "knetctl init --endpoint 10.1.2.3:60161 --hsm-user ca_signer --consumer openssl-provider:tls " +
        "--consumer-set tls.key=tls_2026",
      "for a program that signs through OpenSSL",
    ],
    ["sudo knetctl init --from-host --out profile.yaml", "take over a host that was set up by hand"],
    ["sudo knetctl init --from-host --settings env:/etc/amplia/amplia.env", "settings in another form"],
  ],
  exits: ["failed", "invalidProfile", "cannotWrite", "unavailable", "locked", "noPermission", "interrupted"],
  fault: faultOf,
  run: async (args, context) => (await import("../init/init.js")).init(args, context),
});
