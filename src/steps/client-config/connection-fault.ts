import type { JsonNode } from "../../formats/json/json-tree.js";
import { endpointsOf, memberOf, scalarsOf } from "./reading.js";

/** Why no client could tell a connection's endpoints; undefined where one can. Quotes nothing. */
export function connectionFault(connection: JsonNode): string | undefined {
  if (endpointsOf(connection) !== undefined) return undefined;
  const [ip, port] = [memberOf(connection, "ip"), memberOf(connection, "port")];
  if (connection.kind !== "object") return "it is no JSON object";
  if (ip === undefined || port === undefined) return `it has no ${ip === undefined ? "ip" : "port"}`;
  const [ips, ports] = [scalarsOf(ip), scalarsOf(port)];
  if (ips === undefined || ports === undefined)
    return `${ips === undefined ? "ip" : "port"} is neither a value nor a list of values`;
  if (ip.kind !== port.kind)
    return (
      `${ip.kind === "array" ? "ip" : "port"} is a list, ${ip.kind === "array" ? "port" : "ip"} is one ` +
      "value"
    );
  if (ips.length !== ports.length) return `ip is a list of ${ips.length}, port is a list of ${ports.length}`;
  if (ips.length === 0) return "ip and port are empty lists";
  const wrong = ips.findIndex((value) => typeof value !== "string");
  return wrong === -1 ? "a port is none from 1 to 65535" : `ip ${wrong + 1} is no text`;
}
