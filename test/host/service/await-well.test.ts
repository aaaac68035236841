import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";
import { awaitWell, type Pace, type Well } from "../../../src/host/service/await-well.js";
import { sideBySide } from "../../support/side-by-side.js";
import { down, failed, ServiceHost, up, type Life } from "../../support/service-host.js";

const unit = "amplia.service";
const pace: Pace = { stable: 120, poll: 10, answer: 1000 };
const active = up(0, 0);
const waitingForNext: Life = () => ({
  ActiveState: "activating",
  SubState: "auto-restart",
  Result: "exit-code",
});

interface Awaited {
  readonly seconds?: number;
  readonly health?: string | null;
  readonly signal?: AbortSignal;
  readonly notes?: string[];
}

function awaited(
  life: Life,
  { seconds = 1, health = null, signal, notes = [] }: Awaited = {},
): Promise<Well> {
  const host = new ServiceHost(up);
  host.next = life;
  return host.commands.run({ program: "systemctl", args: ["restart", unit], timeoutMs: 1 }).then(() =>
    awaitWell(host, unit, health, {
      deadline: performance.now() + seconds * 1000,
      pace,
      signal,
      note: (text) => {
        notes.push(text);
      },
    }),
  );
}

const notWell: Readonly<
  Record<string, { readonly life: Life; readonly code: string; readonly detail: RegExp }>
> = {
  "fails at once": {
    life: failed,
    code: "service-not-active",
    detail: /it is failed \(failed\); its result is exit-code/,
  },
  "ends at once": { life: down, code: "service-not-active", detail: /it is inactive/ },
  "leaves nothing running": {
    life: () => ({ ...active, SubState: "exited" }),
    code: "service-not-active",
    detail: /exited/,
  },
  "is active and fails then": {
    life: (age, looks) => (looks === 0 ? active : failed(age, looks)),
    code: "service-not-active",
    detail: /exit-code/,
  },
  "is active and on its way down then, for ever": {
    life: (_age, looks) => (looks === 0 ? active : { ActiveState: "deactivating", SubState: "stop-sigterm" }),
    code: "service-not-active",
    detail: /deactivating/,
  },
  "never becomes active": {
    life: () => ({ ActiveState: "activating", SubState: "start" }),
    code: "service-not-active",
    detail: /activating \(start\)/,
  },
  "is active and is to be started again": {
    life: (age, looks) => (looks === 0 ? active : waitingForNext(age, looks)),
    code: "service-flapping",
    detail: /exit-code/,
  },
  "is another start at the second look": {
    life: (_age, looks) => ({ ...active, InvocationID: looks === 0 ? "a" : "b" }),
    code: "service-flapping",
    detail: /success/,
  },
  "was started again by itself": {
    life: (_age, looks) => ({ ...active, NRestarts: looks === 0 ? 0 : 1 }),
    code: "service-flapping",
    detail: /restarted automatically once/,
  },
  "never is active, and is started again and again": {
    life: (age, looks) => ({ ...waitingForNext(age, looks), NRestarts: looks }),
    code: "service-flapping",
    detail: /restarted automatically/,
  },
};

/** A URL of a server that gives these statuses, the last one again and again; without any, no answer. */
async function serverOf(t: Test, ...statuses: readonly number[]): Promise<string> {
  let asked = 0;
  const server = createServer((_request, response) => {
    const status = statuses[Math.min(asked++, statuses.length - 1)];
    if (status !== undefined)
      response.writeHead(status).end('{"productName":"Amplia","productVersion":"4.9.0"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://user:word@localhost:${(server.address() as AddressInfo).port}/api/system/info?key=k1`;
}

sideBySide("waiting until a unit is well", (test) => {
  test("a unit that stays active for the time is well, at once or late", async (t) => {
    const start = performance.now();
    t.match(await awaited(up), { state: { active: "active", mainPid: 7 } });
    t.ok(performance.now() - start >= pace.stable);
    t.match(
      await awaited((_age, looks) => (looks < 3 ? { ActiveState: "activating", SubState: "start" } : active)),
      {
        state: { active: "active" },
      },
    );
  });

  for (const [what, { life, code, detail }] of Object.entries(notWell)) {
    test(`a unit that ${what} is not well`, async (t) => {
      await t.rejects(awaited(life, { seconds: 0.3 }), {
        code,
        detail,
        hint: /journalctl -u amplia\.service -n 50/,
      });
    });
  }

  test("a signal ends the waiting at once", async (t) => {
    const controller = new AbortController();
    const start = performance.now();
    setTimeout(() => {
      controller.abort();
    }, 50);
    await t.rejects(
      awaited(() => ({ ActiveState: "activating" }), { seconds: 60, signal: controller.signal }),
      { code: "interrupted" },
    );
    t.ok(performance.now() - start < 15_000);
  });

  test("with a health URL it must answer there, though not at once", async (t) => {
    const notes: string[] = [];
    t.match(await awaited(up, { health: await serverOf(t, 503, 503, 200), notes }), {
      who: "Amplia 4.9.0 answers",
    });
    t.match(notes, [
      "waiting for amplia.service to become active",
      /^asking http:\/\/localhost:\d+\/api\/system\/info$/,
    ]);
  });

  test("an answer that never comes, or is never a good one, is told without the URL's secrets", async (t) => {
    for (const [statuses, reason] of [
      [[500], "it answers with status 500"],
      [[], "no answer within"],
    ] as const) {
      const error: unknown = await awaited(up, {
        health: await serverOf(t, ...statuses),
        seconds: 0.2,
      }).catch((caught: unknown) => caught);
      t.match(error, {
        code: "service-unhealthy",
        detail: new RegExp(`^http://localhost:\\d+/api/system/info: ${reason}`),
      });
      t.notMatch(JSON.stringify(error), /k1|word/);
    }
  });

  test("a unit that ends while it is asked, or is started anew, is told as that", async (t) => {
    const health = await serverOf(t, 503);
    await t.rejects(
      awaited((age, looks) => (age < 250 ? active : failed(age, looks)), { health }),
      { code: "service-not-active" },
    );
    await t.rejects(
      awaited((age) => ({ ...active, NRestarts: age < 250 ? 0 : 1 }), { health }),
      { code: "service-flapping" },
    );
  });
});
