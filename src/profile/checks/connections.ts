import { checkEndpoints } from "./endpoints.js";
import { checkConnectionName } from "./name.js";
import type { Finding } from "../finding.js";
import { hasMisspelt } from "../words/suggest.js";
import { quotedName } from "../words/quote.js";
import { entriesOf, entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";

const forms = ["endpoints", "ip", "port"];

/** Everything about connections that a schema cannot say, or cannot say clearly. */
export function checkConnections(root: TreeNode): readonly Finding[] {
  const users = [...entriesOf(root, "users"), ...entriesOf(root, "key_stores")];
  const used = new Set(users.map(({ value }) => textOf(entryOf(value, "connection")?.value)));
  return entriesOf(root, "connections").flatMap((entry) => [
    ...checkConnectionName(entry),
    ...checkForm(entry),
    ...(entry.value.kind === "map" ? checkEndpoints(entry.value) : []),
    ...(used.has(entry.key) ? [] : [unused(entry)]),
  ]);
}

/** A connection has `endpoints`, or `ip` and `port` of one shape and length. */
function checkForm(entry: Entry): readonly Finding[] {
  const { key, value } = entry;
  if (value.kind !== "map") return [];
  const [endpoints, ip, port] = forms.map((name) => entryOf(value, name));
  const clientForm = ip ?? port;
  if (endpoints && clientForm) return [bothForms(clientForm)];
  if (endpoints) return [];
  if (!clientForm)
    return forms.some((name) => hasMisspelt(value, name, forms)) ? [] : [missing("endpoints", key, entry)];
  const absent = ip ? "port" : "ip";
  if (!ip || !port) return hasMisspelt(value, absent, forms) ? [] : [missing(absent, key, clientForm)];
  return checkVectors(ip, port);
}

function checkVectors(ip: Entry, port: Entry): readonly Finding[] {
  const lengths = [ip, port].map(({ value }) => (value.kind === "list" ? value.items.length : undefined));
  if (lengths[0] === lengths[1] || [ip, port].some(({ value }) => value.kind === "map")) return [];
  const [ips, ports] = lengths.map((length) => (length === undefined ? "one value" : `a list of ${length}`));
  return [
    {
      code: "profile-endpoint-vectors",
      title: "ip and port differ in length",
      anchor: port,
      detail: `ip is ${ips ?? ""}, port is ${ports ?? ""}`,
      hint: "give each address its port, in the same order",
    },
  ];
}

function bothForms(anchor: Entry): Finding {
  return {
    code: "profile-endpoint-forms",
    title: "connection has both endpoints and ip or port",
    anchor,
    detail: quotedName(anchor.key),
    hint: "move the address into endpoints and remove it here",
  };
}

function missing(key: string, connection: string, anchor: Entry): Finding {
  return {
    code: "profile-key-missing",
    title: `connection has no ${key}`,
    anchor,
    detail: quotedName(connection),
    hint: "set endpoints: [{ ip: 10.1.2.3, port: 60161 }]",
  };
}

function unused(entry: Entry): Finding {
  return {
    code: "profile-connection-unused",
    title: "connection has no users",
    anchor: entry,
    detail: quotedName(entry.key),
    hint: "nothing can log in through it; add a user, or remove the connection",
    severity: "warning",
  };
}
