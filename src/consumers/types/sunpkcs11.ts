import {
  type Consumer,
  type ConsumerProof,
  literal,
  ownFileHead,
  textAt,
  type WantedConsumer,
} from "../consumer.js";

/**
 * The configuration of SunPKCS11, the provider of Java's own. Format: "JDK PKCS#11 Reference Guide" of
 * Java 17 and 25, and the reader in their sources. It chooses a token by its slot alone, so the proof looks
 * at the label before a PIN is sent. The PIN is the password of the key store, which the application gives.
 */
export const sunPkcs11: Consumer = {
  title: "configuration of Java's SunPKCS11",
  keys: { key: { kind: "text" }, slot: { kind: "text" } },
  pin: "file",
  modulePath: true,
  place: { kind: "whole", file: (name) => `/etc/pkcs11/${name}.cfg`, readers: "everyone" },
  text: (wanted) => {
    const slot = textAt(wanted, "slot");
    return [
      `${ownFileHead(wanted)}# keytool -list ${keyStoreOf(wanted, wanted.file ?? "").join(" ")}`,
      `name = "${wanted.name}"`,
      `library = "${wanted.module}"`,
      `# token ${wanted.token}`,
      slot === undefined ? `slotListIndex = ${wanted.tokenIndex ?? 0}` : `slot = ${slot}`,
      "",
    ].join("\n");
  },
  proof: (wanted) => {
    const { file = "", pinFile = "", token } = wanted;
    const key = textAt(wanted, "key");
    const before: ConsumerProof["commands"] = [
      {
        does: "read its files",
        line: ["sh", "-c", readable, "sh", file, pinFile],
        shown: ["cat", file, pinFile],
      },
      {
        // keytool loads the provider, which says what it has found; nothing logs in
        does: "find its token: keytool shows another one at that slot, or none",
        line: ["keytool", ...english, "-printcrl", "-file", "/dev/null", ...providerOf("shown.cfg")],
        shows: [labelOf(token)],
      },
    ];
    if (key === undefined)
      return {
        package: "default-jre-headless",
        proves: "keytool logs in and lists the token",
        unsigned: "no key is named: set key",
        commands: [
          ...before,
          {
            does: "list the token",
            line: ["keytool", ...english, "-list", ...keyStoreOf(wanted, file)],
            shows: [/^Keystore type: PKCS11$/m],
          },
        ],
      };
    return {
      package: "default-jre-headless, openssl",
      proves: `keytool signed with key ${JSON.stringify(key)}, and openssl verified the signature`,
      commands: [
        ...before,
        {
          does: "sign a request (Java ignores a key that has no certificate with the same CKA_ID)",
          line: [
            "keytool",
            ...english,
            "-certreq",
            "-alias",
            key,
            "-file",
            "request.pem",
            ...keyStoreOf(wanted, file),
          ],
        },
        {
          does: "verify the signature",
          line: ["openssl", "req", "-in", "request.pem", "-verify", "-noout"],
          shows: [/verify OK/],
        },
      ],
    };
  },
};

/**
 * Java 17 and 25 send no UTF-8, so that a PIN with more than ASCII would be a wrong one. The second
 * configuration makes the provider print what it finds.
 */
const readable = [
  'if LC_ALL=C grep -q "[^ -~]" "$2"',
  'then echo "Java would not send this PIN right: not ASCII" >&2; exit 1',
  'fi; cat "$1" > shown.cfg && echo "showInfo = true" >> shown.cfg',
].join("; ");

const english = ["-J-Duser.language=en"] as const;

function providerOf(file: string): readonly string[] {
  return ["-providerClass", "sun.security.pkcs11.SunPKCS11", "-providerArg", file];
}

function keyStoreOf({ pinFile = "" }: WantedConsumer, file: string): readonly string[] {
  return ["-keystore", "NONE", "-storetype", "PKCS11", ...providerOf(file), "-storepass:file", pinFile];
}

/** As the provider prints it: a character for each byte. */
function labelOf(token: string): RegExp {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  return new RegExp(`^ *label: (?:${literal(token)}|${literal(bytes)}) *$`, "m");
}
