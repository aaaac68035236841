import type { Deadline } from "./deadline.js";
import { firstWords, type FirstWords } from "./first-words.js";
import { openWire } from "./open-wire.js";
import type { Target } from "./target.js";

/** How long a peer may take to close, or to speak, when nothing is said to it. */
const patienceMs = 400;

/**
 * What a port does on a connection of its own that closed on our first TLS message: `rejected` when it closes without our having said
 * anything, else what it says, on its own or to a line of HTTP.
 */
export async function listenFirst(target: Target, deadline: Deadline): Promise<FirstWords | "rejected"> {
  const opened = await openWire(target, deadline);
  if (!("wire" in opened)) return { is: "nothing" };
  const { wire } = opened;
  const patience = deadline.part(patienceMs);
  const unasked = await heard(wire, patience);
  patience.close();
  if (unasked === "late" && !wire.ended) {
    wire.write("GET /kmip HTTP/1.0\r\n\r\n");
    const answering = deadline.part(patienceMs);
    await heard(wire, answering);
    answering.close();
  }
  wire.destroy();
  return unasked === "closed" && wire.first.length === 0 ? "rejected" : firstWords(wire.first);
}

function heard(wire: NodeJS.ReadableStream, deadline: Deadline): Promise<"said" | "closed" | "late"> {
  return deadline.first((done) => {
    wire.once("data", () => { done("said"); });
    wire.once("end", () => { done("closed"); });
    wire.once("close", () => { done("closed"); });
  });
}
