import { connect } from "node:net";
import type { Deadline } from "./deadline.js";
import type { Finding } from "./finding.js";
import type { Peer } from "./target.js";
import { Wire } from "./wire.js";

/** An open TCP connection, and the milliseconds that it took; or why there is none. */
export type Opened = { readonly wire: Wire; readonly ms: number } | { readonly finding: Finding } | "late";

/** Connects to a peer's address. */
export async function openWire(
  { address, port }: Pick<Peer, "address" | "port">,
  deadline: Deadline,
): Promise<Opened> {
  if (deadline.left === 0) return "late";
  const start = performance.now();
  const socket = connect({ host: address, port, noDelay: true });
  const opened = await deadline.first<Opened>((done) => {
    socket.once("connect", () => {
      done({ wire: new Wire(socket), ms: performance.now() - start });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      done({ finding: failure(error.code ?? "", performance.now() - start) });
    });
  });
  if (opened === "late") socket.destroy();
  return opened;
}

/** What a failed connect(2) says by its code, after so many milliseconds. */
export function failure(code: string, ms: number): Finding {
  switch (code) {
    case "ECONNREFUSED":
      return { kind: "refused" };
    // accepted and taken back before we saw it
    case "ECONNRESET":
    case "ECONNABORTED":
      return { kind: "rejected" };
    // the kernel's patience ended before ours
    case "ETIMEDOUT":
      return { kind: "timed-out", stage: "connect", ms: Math.round(ms) };
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "ENOMEM":
    case "EACCES":
    case "EPERM":
    case "EADDRNOTAVAIL":
      return { kind: "own-host", doing: "connecting", code };
    default:
      return { kind: "unreachable", code };
  }
}
