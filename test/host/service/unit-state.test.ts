import t from "tap";
import { unitState } from "../../../src/host/service/systemctl.js";
import { isDown, isUp, parseUnitState } from "../../../src/host/service/unit-state.js";
import { down, ServiceHost, up } from "../../support/service-host.js";

const whole =
  "Type=notify\nResult=success\nNRestarts=3\nMainPID=812\nLoadState=loaded\n" +
  "ActiveState=active\nSubState=running\nInvocationID=0f64\n";

t.test("all that the service manager says is read, in any order", (t) => {
  t.same(parseUnitState(whole), {
    load: "loaded",
    active: "active",
    sub: "running",
    result: "success",
    type: "notify",
    restarts: 3,
    invocation: "0f64",
    mainPid: 812,
    mainStartUs: 0,
    activeUs: 0,
  });
  t.same(parseUnitState(whole.split("\n").reverse().join("\n")), parseUnitState(whole));
  t.end();
});

t.test("an older service manager does not tell everything; one that tells no state tells nothing", (t) => {
  t.match(parseUnitState("LoadState=loaded\nActiveState=inactive\nNRestarts=\n"), {
    active: "inactive",
    restarts: 0,
    invocation: "",
    mainPid: 0,
  });
  for (const text of [
    "",
    "LoadState=loaded\n",
    "ActiveState=active\n",
    "Running in chroot, ignoring command 'show'\n",
  ])
    t.equal(parseUnitState(text), undefined, text);
  t.end();
});

t.test("a unit of which nothing runs is up only when it is one that need not leave anything running", (t) => {
  const exited = { ...parseUnitState(whole)!, sub: "exited" };
  t.same([isUp(exited), isUp({ ...exited, type: "oneshot" }), isDown(exited)], [false, true, false]);
  t.ok(isUp({ ...exited, sub: "reload", active: "reloading" }), "it reads its settings anew");
  t.end();
});

t.test(
  "systemctl is asked of the system's unit, without questions, and the name cannot be taken for an option",
  async (t) => {
    const host = new ServiceHost(up);
    await unitState(host, "amplia.service");
    const [line = []] = host.commandLines;
    t.equal(line[0], "show", "what a host that only looks lets pass");
    t.same(line.slice(-2), ["--", "amplia.service"]);
    t.ok(line.includes("--no-ask-password"));
    t.notOk(line.some((word) => word.startsWith("--user")));
  },
);

t.test("a service manager that does not answer, or not in time, is a problem and no state", async (t) => {
  const host = new ServiceHost(down);
  host.shows = { timedOut: true, exitCode: null, stdout: whole };
  await t.rejects(unitState(host, "amplia.service", { timeoutMs: 500 }), {
    code: "service-state-unknown",
    detail: "systemctl show did not end within 0.5 s",
  });
  host.shows = { exitCode: 1, stderr: "Failed to connect to bus: No such file or directory\nmore\n" };
  await t.rejects(unitState(host, "amplia.service"), {
    code: "service-state-unknown",
    detail: "Failed to connect to bus: No such file or directory",
  });
});
