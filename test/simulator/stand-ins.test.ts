import { connect as connectTls } from "node:tls";
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { startStandIn } from "../../src/simulator/stand-ins.js";
import { sideBySide } from "../support/side-by-side.js";

/** A connection is asked for a second time after a second. */
const knockedTwice = 1200;

sideBySide("stand-ins for dead members", (test) => {
  test("a refusing stand-in refuses, on a port that nobody but root could take", async (t) => {
    const standIn = await startStandIn("refusing");
    const { endpoint } = standIn;
    await t.rejects(once(connect(endpoint.port, endpoint.ip), "connect"), { code: "ECONNREFUSED" });
    t.equal(endpoint.port < 1024, process.geteuid?.() === 0);
    await standIn.close();
  });

  test("a black hole neither takes nor refuses a connection, and is gone when it is closed", async (t) => {
    const standIn = await startStandIn("black-hole");
    const { endpoint } = standIn;
    const socket = connect(endpoint.port, endpoint.ip);
    const heard = once(socket, "connect").then(
      () => "connected",
      (error: unknown) => error,
    );
    t.equal(await Promise.race([heard, delay(knockedTwice, "nothing")]), "nothing");
    socket.destroy();
    await standIn.close();
    await t.rejects(once(connect(endpoint.port, endpoint.ip), "connect"), { code: "ECONNREFUSED" });
  });

  test("a silent one shakes hands and says nothing", async (t) => {
    const standIn = await startStandIn("silent-after-tls");
    const { endpoint } = standIn;
    const socket = connectTls({ host: endpoint.ip, port: endpoint.port, rejectUnauthorized: false });
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    socket.write(
      "POST /kmip HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    );
    const heard = once(socket, "data").then(() => "data");
    t.equal(await Promise.race([heard, delay(1000, "nothing")]), "nothing");
    socket.destroy();
    heard.catch(() => undefined);
    await standIn.close();
  });
});
