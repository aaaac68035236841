import { markedBlocks, xmlComments } from "../../formats/entries/marked-blocks.js";
import type { Consumer } from "../consumer.js";

/**
 * A repository of OpenDNSSEC. Format: conf.xml of OpenDNSSEC 2.1. Without the PIN in it, a person has to log
 * in by hand after each start (`ods-hsmutil login`).
 */
export const opendnssec: Consumer = {
  title: "OpenDNSSEC repository",
  keys: {},
  pin: "literal",
  modulePath: false,
  place: {
    kind: "entry",
    file: () => "/etc/opendnssec/conf.xml",
    readers: "service",
    editor: markedBlocks({
      comments: xmlComments,
      before: endOfList,
      placeless: "the file does not have exactly one line that begins with </RepositoryList>",
    }),
  },
  text: ({ name, module, token }, pin) =>
    [
      `\t\t<Repository name="${name}">`,
      `\t\t\t<Module>${module}</Module>`,
      `\t\t\t<TokenLabel>${escaped(token)}</TokenLabel>`,
      `\t\t\t<PIN>${escaped(pin)}</PIN>`,
      "\t\t</Repository>",
      "",
    ].join("\n"),
  proof: ({ name, file = "", token }) => ({
    package: "libhsm-bin",
    proves: `ods-hsmutil logged in to token ${JSON.stringify(token)}`,
    unsigned: "OpenDNSSEC makes its keys itself, and ods-hsmutil only lists them",
    commands: [
      {
        does: "list the keys",
        line: ["ods-hsmutil", "-c", file, "list", name],
        shows: [/\bkeys? found\.$/m],
      },
    ],
  }),
};

/** Undefined unless there is just one. */
function endOfList(text: string): number | undefined {
  const [end, another] = text.matchAll(/^[ \t]*<\/RepositoryList>/gm);
  return another === undefined ? end?.index : undefined;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
