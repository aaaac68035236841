import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { readUnit } from "../../../src/host/unit/loaded-unit.js";
import { lateLimits, transientProperties } from "../../../src/host/unit/transient-properties.js";
import { ensureSystemd } from "../../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

for (const folder of ["/srv/a b", "/srv/ro", "/srv/rw", "/srv/x"]) mkdirSync(folder, { recursive: true });

const lines = `User=nobody
Group=adm
SupplementaryGroups=disk
UMask=0027
LimitNPROC=500:600
LimitMEMLOCK=65536:131072
LimitNOFILE=70:80
WorkingDirectory=-/srv
ProtectSystem=strict
ProtectHome=tmpfs
ProtectProc=invisible
ProtectKernelTunables=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
InaccessiblePaths=-/srv/nope "/srv/a b"
ReadOnlyPaths=/srv/ro
ReadWritePaths=/srv/rw "-/srv/a b"
BindPaths=/srv/x:/srv/ro:norbind
TemporaryFileSystem=/srv/x:ro,size=10m /mnt
RestrictAddressFamilies=AF_UNIX AF_INET
RestrictNamespaces=~user
IPAddressDeny=any
IPAddressAllow=localhost
AmbientCapabilities=CAP_IPC_LOCK
CapabilityBoundingSet=CAP_IPC_LOCK CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallArchitectures=native
KeyringMode=inherit
DevicePolicy=closed
DeviceAllow=/dev/null rw
DeviceAllow=char-pts r`;

t.test("a transient unit gets from systemd what the unit has, as systemd tells it", async (t) => {
  const host = realHost(path("/"));
  writeFileSync("/etc/systemd/system/much.service", `[Service]\nExecStart=/bin/true\n${lines}\n`);
  execFileSync("systemctl", ["daemon-reload"]);
  const asked = (await readUnit(host, "much.service")).settings!;
  const { fixed, groups } = transientProperties(asked);
  const given = [...fixed, ...groups.flatMap(({ assignments }) => assignments)];
  const start = ["--quiet", "--unit=copy.service", "--remain-after-exit"];
  execFileSync("systemd-run", [...start, ...given.map((one) => `--property=${one}`), "/bin/true"]);
  const got = (await readUnit(host, "copy.service")).settings!;
  const sorted = (text: string): string => text.split(" ").sort().join(" ");
  for (const [name, text] of asked.sandbox.texts)
    t.equal(sorted(got.sandbox.texts.get(name) ?? ""), sorted(text), name);
  t.same([...got.sandbox.texts.keys()].sort(), [...asked.sandbox.texts.keys()].sort());
  t.same([...lateLimits(asked)], [["NPROC", 500]], "which would count Node's own threads");
  for (const name of ["MEMLOCK", "NOFILE"]) t.same(got.limits.get(name), asked.limits.get(name));
  for (const key of ["user", "group", "supplementaryGroups", "umask", "workingDirectory"] as const)
    t.same(got[key], asked[key], key);
});
