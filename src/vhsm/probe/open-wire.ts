import { lookup } from "node:dns";
import { connect, isIP } from "node:net";
import type { Deadline } from "./deadline.js";
import type { Finding } from "./finding.js";
import type { Target } from "./target.js";
import { Wire } from "./wire.js";

/** An open TCP connection, and the milliseconds that it took; or why there is none. */
export type Opened = { readonly wire: Wire; readonly ms: number } | { readonly finding: Finding } | { readonly late: "name" | "connect" };

/** Resolves a name where `ip` is one, and connects to its first address. */
export async function openWire({ ip, port }: Pick<Target, "ip" | "port">, deadline: Deadline): Promise<Opened> {
  const address = isIP(ip) === 0 ? await addressOf(ip, deadline) : { address: ip };
  if (address === "late") return { late: "name" };
  return "address" in address ? connected(address.address, port, deadline) : { finding: address };
}

function addressOf(name: string, deadline: Deadline): Promise<{ readonly address: string } | Finding | "late"> {
  return deadline.first<{ readonly address: string } | Finding>((done) => {
    lookup(name, (error, address) => { done(error === null ? { address } : { kind: "name-not-found", code: error.code ?? "" }); });
  });
}

async function connected(host: string, port: number, deadline: Deadline): Promise<Opened> {
  const start = performance.now();
  const socket = connect({ host, port, noDelay: true });
  const opened = await deadline.first<Opened>((done) => {
    socket.once("connect", () => { done({ wire: new Wire(socket), ms: performance.now() - start }); });
    socket.on("error", (error: NodeJS.ErrnoException) => { done({ finding: failure(error.code ?? "") }); });
  });
  if (opened !== "late") return opened;
  socket.destroy();
  return { late: "connect" };
}

function failure(code: string): Finding {
  return code === "ECONNREFUSED" ? { kind: "refused" } : { kind: "unreachable", code };
}
