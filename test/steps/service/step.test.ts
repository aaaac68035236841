import t from "tap";
import { path } from "../../../src/host/path.js";
import { readOnlyHost } from "../../../src/host/read-only-host.js";
import type { Host } from "../../../src/host/host.js";
import type { Profile, ServiceAccount } from "../../../src/profile/types.js";
import { serviceStep } from "../../../src/steps/service/step.js";
import type { Change } from "../../../src/workflow/change.js";
import { MemoryHost } from "../../support/memory-host.js";
import { down, failed, ServiceHost, up } from "../../support/service-host.js";

const owned = { owner: "root", group: "amplia", mode: 0o640 };
const config: Change = {
  step: "client-config",
  kind: "write-file",
  path: path("/var/amplia/config.json"),
  content: "{}",
  before: null,
  sensitive: false,
  ...owned,
};
const folder: Change = {
  step: "client-config",
  kind: "create-folder",
  path: path("/var/amplia/.config"),
  ...owned,
};
const installer: Change = {
  step: "module",
  kind: "run-installer",
  path: path("/srv/a.tar"),
  sha256: "0".repeat(64),
  version: "1.7.0",
  from: null,
  timeoutSeconds: 60,
};
const loaderEntry: Change = {
  step: "module",
  kind: "register-library",
  path: path("/etc/ld.so.conf.d/knet-pkcs11.conf"),
  library: "libkNETPKCS11.so",
  folder: null,
};
const settings: Change = {
  step: "key-stores",
  kind: "write-settings",
  path: path("/etc/amplia/appsettings.conf"),
  sha256: "0".repeat(64),
  before: null,
  summary: [],
  ...owned,
};
const mode: Change = {
  step: "module",
  kind: "set-mode",
  path: path("/usr/local/lib/libkNETPKCS11.so"),
  from: 0o600,
  mode: 0o644,
};
const account: Change = {
  step: "account",
  kind: "create-account",
  path: path("/etc/passwd"),
  user: "amplia",
  group: "amplia",
  home: path("/var/amplia"),
  createGroup: true,
  createUser: true,
};

function planned(
  host: Host,
  changes: readonly Change[],
  {
    restart = true,
    unit = "amplia.service",
    health,
  }: { restart?: boolean; unit?: string; health?: string } = {},
) {
  const service: ServiceAccount = {
    user: "amplia",
    group: "amplia",
    create: false,
    startTimeoutSeconds: 20,
    ...(unit !== "" && { unit }),
    ...(health !== undefined && { health }),
  };
  const profile: Profile = {
    source: "p.yaml",
    connections: new Map(),
    users: new Map(),
    keyStores: new Map(),
    service,
  };
  return serviceStep({ restart }).plan({ profile, host: readOnlyHost(host) }, changes);
}

t.test(
  "what the application reads is to change: one restart, with the reasons, by a host that only looks",
  async (t) => {
    const host = new ServiceHost(up);
    const { look, ...plan } = await planned(host, [
      account,
      folder,
      config,
      installer,
      loaderEntry,
      mode,
      settings,
      config,
    ]);
    t.type(look, "function");
    t.same(plan, {
      changes: [
        {
          kind: "restart-service",
          step: "service",
          path: "/etc/systemd/system/amplia.service",
          unit: "amplia.service",
          health: null,
          timeoutSeconds: 20,
          because: [config.path, installer.path, loaderEntry.path, settings.path],
        },
      ],
      problems: [],
      notes: [],
    });
    t.same(host.calls, []);
  },
);

t.test(
  "nothing of the kind is to change: no restart, and what the unit does is for the look at it to tell",
  async (t) => {
    const host = new ServiceHost(failed);
    const own: Change = { ...config, path: path("/var/lib/knetctl/receipt.json") };
    const { look, ...plan } = await planned(host, [account, folder, mode, own]);
    t.same(plan, { changes: [], problems: [], notes: [] });
    t.same(await planned(new MemoryHost({}), []), { changes: [], problems: [], notes: [] });
    t.same(host.commandLines, []);
    t.match(await look?.(new AbortController().signal), [
      { code: "service-not-active", severity: "error", detail: /failed/ },
    ]);
    const left = await planned(host, [config], { restart: false });
    t.match(
      await left.look?.(new AbortController().signal),
      [{ code: "service-not-active", severity: "warning" }],
      "whoever restarts it by hand is told, and it is no fault of the run's",
    );
    t.same(left.owes, { unit: "amplia.service", because: [config.path] });
    t.same(host.calls, []);
  },
);

const byHand = /systemctl restart amplia\.service/;

t.test(
  "where there is nothing to restart, or it is not wanted, what to do is said, and nothing is wrong",
  async (t) => {
    t.match(await planned(new ServiceHost(up), [config], { unit: "" }), {
      changes: [],
      problems: [],
      notes: ["no service.unit in the profile: restart the application yourself"],
    });
    t.match(await planned(new ServiceHost(failed), [config], { restart: false }), {
      changes: [],
      problems: [],
      notes: [byHand],
    });
    t.match(await planned(new MemoryHost({}), [config]), {
      changes: [],
      problems: [],
      notes: [/systemd does not run this system/],
    });
    t.match(await planned(new MemoryHost({ folders: ["/run/systemd/system"] }), [config]), {
      changes: [],
      problems: [],
      notes: [/there is no systemctl/],
    });
    const image = new ServiceHost(up);
    Object.assign(image, { root: path("/srv/image") });
    t.match(await planned(image, [config]), { changes: [], problems: [], notes: [/--root \/srv\/image/] });
    t.same(image.commandLines, [], "this machine's own services are nobody's business");
  },
);

for (const [load, code] of [
  ["not-found", "service-unit-missing"],
  ["masked", "service-unit-masked"],
  ["bad-setting", "service-unit-broken"],
  ["error", "service-unit-broken"],
] as const) {
  t.test(`a unit whose load state is ${load} stops the plan, with the ways on`, async (t) => {
    const host = new ServiceHost(down);
    host.load = load;
    t.match(await planned(host, [config]), {
      changes: [],
      problems: [{ code, severity: "error", hint: /leave service\.unit out.*--no-restart/ }],
    });
    t.same((await planned(host, [config], { restart: false })).problems, []);
  });
}

t.test("a service manager that does not answer stops the plan", async (t) => {
  const host = new ServiceHost(up);
  host.shows = { timedOut: true, exitCode: null };
  await t.rejects(planned(host, [config]), { code: "service-state-unknown" });
});

t.test(
  "one that is not up now is told to be started, one that is ill now is told to be so before " +
    "anything is done; neither stops the plan",
  async (t) => {
    t.match(await planned(new ServiceHost(down), [config]), {
      changes: [{ kind: "restart-service" }],
      problems: [],
      notes: ["amplia.service is inactive now; it will be started"],
    });
    const { changes, problems, notes } = await planned(new ServiceHost(up), [config], {
      health: "http://user:word@127.0.0.1:1/info?key=k1",
    });
    t.match(changes, [{ health: "http://user:word@127.0.0.1:1/info?key=k1" }]);
    t.match(problems, [
      {
        code: "service-unhealthy",
        severity: "warning",
        message: /before anything is changed/,
        detail: "http://127.0.0.1:1/info: nothing listens there (ECONNREFUSED)",
      },
    ]);
    t.same(notes, []);
    t.match(await planned(new ServiceHost(failed), [config]), {
      changes: [{ kind: "restart-service" }],
      problems: [{ code: "service-not-active", severity: "warning", message: /before anything is changed/ }],
    });
  },
);
