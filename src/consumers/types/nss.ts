import { nssModules } from "../../formats/entries/nss-modules.js";
import { type Consumer, type ConsumerProof, literal, textAt } from "../consumer.js";
import { pkcs11Uri } from "../pkcs11-uri.js";

/**
 * A module in a database of NSS, as `modutil -add` would write it. Format: pkcs11.txt of `sql:` databases,
 * as nss-modules.ts has it. It has no place for a PIN: programs of NSS ask for it, or are given the PIN file.
 * Seen with certutil 3.87 and 3.110: where there is no token of the name that `-h` gives, it logs in to every
 * token that there is. So the proof looks for the token first, and names it by a URI (RFC 7512).
 */
export const nss: Consumer = {
  title: "NSS module",
  keys: { key: { kind: "text" } },
  pin: "file",
  modulePath: false,
  place: {
    kind: "entry",
    file: () => "/etc/pki/nssdb/pkcs11.txt",
    readers: "everyone",
    editor: nssModules(),
    madeBy: {
      name: "pkcs11.txt",
      command: (folder) => ["certutil", "-N", "-d", `sql:${folder}`, "--empty-password"],
    },
  },
  text: ({ name, token, module }) => `# token ${token}\nlibrary=${module}\nname=${name}\n`,
  proof: (wanted) => {
    const { name, file = "", module, pinFile = "", token } = wanted;
    const key = textAt(wanted, "key");
    const database = `sql:${file.replace(/\/[^/]*$/, "")}`;
    const asked = ["-h", pkcs11Uri({ token }), "-f", pinFile];
    const list = ["certutil", "-K", "-d", database, ...asked];
    const before: ConsumerProof["commands"] = [
      {
        does: "read the PIN file",
        line: ["sh", "-c", pinScript, token, pinFile],
        shown: ["cat", pinFile],
      },
      {
        does: "find the module and its token",
        line: ["modutil", "-dbdir", database, "-list", name],
        shows: [`Name: ${name}`, `Library file: ${module}`, `Token Name: ${token}`].map(
          (line) => new RegExp(`^ *${literal(line)} *$`, "m"),
        ),
      },
    ];
    if (key === undefined)
      return {
        package: "libnss3-tools",
        proves: `certutil logged in to token ${JSON.stringify(token)}, and listed its keys`,
        unsigned: "no key is named: set key",
        commands: [
          ...before,
          { does: "log in, and list the keys", line: ["sh", "-c", listScript, ...list], shown: list },
        ],
      };
    return {
      package: "libnss3-tools, openssl",
      proves: `certutil signed with key ${JSON.stringify(key)}, and openssl verified the signature`,
      commands: [
        ...before,
        {
          does: "find the key",
          line: ["sh", "-c", findScript, ...list, "-n", key],
          shown: [...list, "-n", key],
        },
        {
          does: "sign a request",
          line: ["sh", "-c", signScript, file, ...asked],
          shown: ["certutil", "-R", ...asked],
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

/** Of a line TOKEN:PIN only what follows the colon would be sent. */
const pinScript =
  'pin=$(cat "$1") && case "$pin" in "$0":*) ' +
  'echo "NSS would send only what follows the colon of this PIN" >&2; exit 1;; esac';

/** For certutil a token without keys is a failure. */
const listScript =
  '"$0" "$@" > keys 2>&1 || grep -q "^certutil: no keys found$" keys || { cat keys; exit 1; }';

/** A line: number, kind, CKA_ID, label. */
const findScript =
  '"$0" "$@" > keys && sed -n "s/^< *[0-9]*> *[^ ]* *\\([0-9a-f][0-9a-f]*\\) .*/\\1/p" keys | ' +
  "head -n 1 > id && test -s id";

/** A request is only made with a database that can be written: here one of its own, with the same modules. */
const signScript =
  'mkdir db && certutil -N -d sql:db --empty-password && cp "$0" db/pkcs11.txt && ' +
  'certutil -R -d sql:db "$@" -k "$(cat id)" -s CN=knetctl -a -o request.pem';
