import { type Consumer, ownFileHead, textAt } from "../consumer.js";

/**
 * A configuration of OpenSSH's client for the service's user alone. Format: ssh_config(5) of OpenSSH 9.2 to
 * 10.0 (`Match localuser`, `PKCS11Provider`). ssh and ssh-add ask for the PIN by SSH_ASKPASS; ssh-agent loads
 * modules below /usr/lib and /usr/local/lib only, unless it is started with -P. All of them log in to every
 * token with the one PIN: seen with two users, when a second login reached the other user's token.
 */
export const openssh: Consumer = {
  title: "OpenSSH client configuration",
  keys: { key: { kind: "text" } },
  pin: "file",
  modulePath: true,
  usesEveryToken: true,
  place: { kind: "whole", file: (name) => `/etc/ssh/ssh_config.d/${name}.conf`, readers: "everyone" },
  text: (wanted) =>
    `${ownFileHead(wanted)}Match localuser ${wanted.service}\n    PKCS11Provider ${wanted.module}\n`,
  proof: (wanted) => {
    const { module, pinFile = "" } = wanted;
    const key = textAt(wanted, "key");
    return {
      package: "openssh-client",
      proves:
        `ssh-keygen signed with ${key === undefined ? "a key on the token" : `key ${key}`}, by ssh-agent, ` +
        "and verified the signature",
      commands: [
        {
          does: "read ssh's configuration",
          line: ["ssh", "-G", "knetctl.invalid"],
          shows: [new RegExp(`^pkcs11provider ${module.replace(/[.+]/g, "\\$&")}$`, "m")],
        },
        {
          does: "find the public key",
          line: ["sh", "-c", publicKeyScript, "sh", module, key ?? ""],
          shown: ["ssh-keygen", "-D", module],
        },
        {
          does: "sign",
          line: ["sh", "-c", signScript, "sh", module, pinFile],
          shown: ["ssh-agent", "ssh-add", "-s", module],
        },
        {
          does: "verify the signature",
          line: ["sh", "-c", verifyScript],
          shown: ["ssh-keygen", "-Y", "verify"],
          shows: [/^Good "knetctl" signature for service /m],
        },
      ],
    };
  },
};

/** The comment of a public key on a token is its label. */
const publicKeyScript =
  'ssh-keygen -D "$1" > keys && while read -r kind text label; do ' +
  'if [ -z "$2" ] || [ "$label" = "$2" ]; then printf "%s %s\\n" "$kind" "$text"; break; fi; ' +
  "done < keys > key.pub && test -s key.pub";

/** The PIN goes from its file to ssh-add by the program that asks for it. */
const signScript =
  'printf "#!/bin/sh\\nexec cat %s\\n" "$2" > askpass && chmod 700 askpass && ' +
  'SSH_ASKPASS="$PWD/askpass" SSH_ASKPASS_REQUIRE=force ssh-agent sh -c ' +
  '\'ssh-add -q -s "$1" && ssh-keygen -q -Y sign -f key.pub -n knetctl data\' sh "$1" && test -s data.sig';

const verifyScript =
  'printf "service %s\\n" "$(cat key.pub)" > allowed && ' +
  "ssh-keygen -Y verify -f allowed -I service -n knetctl -s data.sig < data";
