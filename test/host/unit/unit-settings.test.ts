import t from "tap";
import { readUnit } from "../../../src/host/unit/loaded-unit.js";
import { parseUnitSettings, unitProperties } from "../../../src/host/unit/unit-settings.js";
import { recorded, recordedUnit, unitWith } from "../../support/recorded-unit.js";
import { ServiceHost, up } from "../../support/service-host.js";

t.test("what a real service manager says of a unit is read: who, where, with what", (t) => {
  const { environment, limits, execStart, sandbox, ...settings } = recordedUnit("application");
  t.strictSame(settings, {
    unit: "app.service",
    user: "app",
    group: "knetgrp",
    supplementaryGroups: ["second"],
    dynamicUser: false,
    environmentFiles: [
      { path: "/etc/app/env", optional: false },
      { path: "/etc/app/opt env", optional: true },
    ],
    passEnvironment: ["FOO", "BAR"],
    unsetEnvironment: ["X", "Y=1"],
    umask: 0o027,
    workingDirectory: { path: "/var/app", optional: true },
    files: ["/etc/systemd/system/app.service", "/etc/systemd/system/app.service.d/50-walls.conf"],
    needsReload: false,
    further: new Map(),
  });
  t.ok(sandbox.has("PrivateTmp"));
  t.strictSame(Object.fromEntries(environment), {
    A: "1",
    B: "two words",
    C: 'has "quotes" and \\ backslash',
    D: "single",
    E: "",
    KeyStores__X__Pin: "se cret",
    F: "tab\there",
    G: "nl\nhere",
    H: "dollar $A %",
    I: "é",
    J: "b`tick",
    K: "\x01\x7f",
    HOME: "/srv",
  });
  t.strictSame(limits.get("NOFILE"), { soft: 12, hard: 100 });
  t.strictSame(limits.get("CORE"), { soft: 0, hard: 0 });
  t.strictSame(limits.get("AS"), { soft: Infinity, hard: Infinity });
  t.strictSame(execStart, [
    {
      path: "/usr/bin/env",
      text: '/usr/bin/env A=b two words A $FOO ${BAR} q"uote semi ; colon',
      expands: true,
    },
    { path: "/bin/true", text: "/bin/true", expands: true },
  ]);
  t.end();
});

t.test("of the sandbox, what a plain service does not have is told", (t) => {
  const { sandbox } = recordedUnit("application");
  t.strictSame([...sandbox.texts.keys()].sort(), [
    "AmbientCapabilities",
    "BindPaths",
    "BindReadOnlyPaths",
    "CapabilityBoundingSet",
    "Delegate",
    "IPAddressAllow",
    "IPAddressDeny",
    "InaccessiblePaths",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PrivateNetwork",
    "PrivateTmp",
    "ProtectHome",
    "ProtectSystem",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "SystemCallFilter",
    "TemporaryFileSystem",
  ]);
  t.equal(sandbox.texts.get("ProtectHome"), "tmpfs");
  t.strictSame(sandbox.words("CapabilityBoundingSet"), ["cap_chown", "cap_net_bind_service"]);
  t.strictSame(sandbox.paths("InaccessiblePaths"), [
    { path: "/var/app/x", optional: false },
    { path: "/nope", optional: true },
    { path: "/with space", optional: false },
  ]);
  t.strictSame(sandbox.paths("ReadOnlyPaths")[1], { path: "/b c", optional: false });
  t.strictSame(recordedUnit("plain").sandbox.texts, new Map());
  t.end();
});

t.test("a set without one capability, and a list that allows nothing, are no plain service's", (t) => {
  const { sandbox, ...dynamic } = recordedUnit("dynamic");
  t.ok(sandbox.has("CapabilityBoundingSet"), "all but one");
  t.equal(sandbox.texts.get("RestrictAddressFamilies"), "", "none is allowed");
  t.notOk(sandbox.has("SystemCallFilter"));
  t.match(dynamic, {
    user: "dyn",
    dynamicUser: true,
    rootDirectory: "/srv/r",
    workingDirectory: { path: "~", optional: false },
    execStart: [{ path: "/bin/sleep", text: "zero a  b $$x", expands: false }],
  });
  t.end();
});

t.test("a unit that is missing, broken or no service has no settings", (t) => {
  t.equal(parseUnitSettings("app.service", recorded("missing")), undefined);
  t.equal(parseUnitSettings("app.target", "LoadState=loaded\nActiveState=active\n"), undefined);
  t.equal(parseUnitSettings("app.service", ""), undefined);
  t.end();
});

t.test("a service manager that does not know all properties tells the others", (t) => {
  const settings = parseUnitSettings(
    "app.service",
    "LoadState=loaded\nUser=app\nUMask=0077\n" +
      "ExecStart={ path=/bin/a ; argv[]=/bin/a b ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n",
  );
  t.match(settings, { user: "app", umask: 0o077, limits: new Map(), environmentFiles: [] });
  t.strictSame(settings?.execStart, [{ path: "/bin/a", text: "/bin/a b", expands: true }]);
  t.equal(settings?.setLoginEnvironment, undefined);
  t.equal(unitWith({ SetLoginEnvironment: "no" }).setLoginEnvironment, false);
  t.end();
});

t.test("state and settings of a unit take one call of systemctl, which only looks", async (t) => {
  const host = new ServiceHost((age, looks) => ({ ...up(age, looks), User: "amplia", Environment: "A=b" }));
  const { state, settings } = await readUnit(host, "amplia.service");
  t.match(state, { load: "loaded", active: "active" });
  t.match(settings, { unit: "amplia.service", user: "amplia" });
  t.equal(settings?.environment.get("A"), "b");
  t.equal(host.commandLines.length, 1);
  const [verb, ...words] = host.commandLines[0] ?? [];
  t.equal(verb, "show");
  t.ok(words.some((word) => unitProperties.every((name) => word.split(/[=,]/).includes(name))));
  t.strictSame(host.calls, []);
});
