import { connect } from "node:net";
import { endpointText } from "../../formats/text/endpoint-text.js";
import { errorCode } from "../../problem/thrown.js";
import type { Address } from "../process/surroundings.js";

/** Less than the time-out of any test, and more than a handshake over the world takes. */
const patienceMs = 4000;

/**
 * Why this process can connect to none of the addresses; undefined: it can, or there are none. Nothing is
 * sent. Some modules connect only to log in, which is not done in every test.
 */
export async function whyUnreached(addresses: readonly Address[]): Promise<string | undefined> {
  const reasons = await Promise.all(addresses.map(whyNot));
  if (addresses.length === 0 || reasons.includes(undefined)) return undefined;
  return addresses.map((address, index) => `${endpointText(address)} ${reasons[index] ?? ""}`).join(", ");
}

/** The system's name for the failure; undefined: it was accepted. */
function whyNot({ ip, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port, timeout: patienceMs });
    const end = (reason: string | undefined): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once("connect", () => {
      end(undefined);
    });
    socket.once("timeout", () => {
      end(`no answer within ${patienceMs / 1000} s`);
    });
    socket.once("error", (error) => {
      end(errorCode(error) ?? "error");
    });
  });
}
