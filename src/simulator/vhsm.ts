import { setTimeout as delay } from "node:timers/promises";
import type { KmipItem } from "../vhsm/kmip/item.js";
import type { ClusterState } from "./answer-request.js";
import { answerRequest } from "./answer-request.js";
import type { Certificate } from "./certificate.js";
import { createHttpsServer } from "./https-server.js";
import type { DownMode } from "./port.js";
import { Port } from "./port.js";
import { createTtlvServer } from "./ttlv-server.js";

export interface VhsmOptions {
  /** Address to listen on. */
  readonly host: string;
  /** Default 0: any free port. */
  readonly httpsPort?: number;
  readonly ttlvPort?: number;
  readonly certificate: Certificate;
  readonly cluster: ClusterState;
  /** Milliseconds before each answer. Default 0. */
  readonly latencyMs?: number;
  /** Client addresses that may connect; default all. */
  readonly allow?: readonly string[];
}

/** A running simulated VHSM. */
export interface Vhsm {
  readonly host: string;
  readonly httpsPort: number;
  readonly ttlvPort: number;
  /** Takes it down in the given way, or brings it up again on the same ports. */
  setDown(mode: DownMode): Promise<void>;
  /** Limits the RSA keys that are made from now on, as ClusterOptions have it; undefined: no limit. */
  setMostRsaBits(bits: number | undefined): void;
  /** As `setDown("refuse")`: connections are cut off, the ports closed. */
  kill(): Promise<void>;
  /** Stops it for good. */
  stop(): Promise<void>;
}

/**
 * Starts one member; both ports are open on return. Throws a Problem if an address or port is not available.
 */
export async function startVhsm(options: VhsmOptions): Promise<Vhsm> {
  const { host, certificate, latencyMs = 0 } = options;
  let { cluster } = options;
  const allow = options.allow && new Set(options.allow);
  const answer = async (request: KmipItem): Promise<KmipItem> => {
    if (latencyMs > 0) await delay(latencyMs);
    if (https.mode !== "up") return new Promise<never>(() => undefined);
    return answerRequest(request, cluster);
  };
  const httpsServer = createHttpsServer(certificate, answer);
  const ttlvServer = createTtlvServer(certificate, answer);
  const https = new Port({
    host,
    port: options.httpsPort ?? 0,
    allow,
    serve: (socket) => {
      httpsServer.emit("connection", socket);
    },
  });
  const ttlv = new Port({
    host,
    port: options.ttlvPort ?? 0,
    allow,
    serve: (socket) => {
      ttlvServer.emit("connection", socket);
    },
  });
  const setDown = async (mode: DownMode): Promise<void> => {
    await Promise.all([https.setMode(mode), ttlv.setMode(mode)]);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([https.close(), ttlv.close()]);
  };

  try {
    await https.open();
    await ttlv.open();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host,
    httpsPort: https.number,
    ttlvPort: ttlv.number,
    setDown,
    setMostRsaBits: (bits) => {
      cluster = { ...cluster, mostRsaBits: bits };
    },
    kill: () => setDown("refuse"),
    stop,
  };
}
