import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { type LoadedUnit, loadedUnit } from "../../../src/host/unit/loaded-unit.js";
import { transientProperties } from "../../../src/host/unit/transient-properties.js";
import { startedArguments } from "../../../src/host/unit/started-command.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import { ensureSystemd } from "../../support/real-systemd.js";

await ensureSystemd(import.meta.filename);

const unitFile = "/etc/systemd/system/seen.service";
const said = "/var/seen.json";

/** What a process says of itself: variables, arguments, ids. */
interface Seen {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly ids: string;
}

const program = "/usr/local/lib/say.cjs";
writeFileSync(
  program,
  `const ids = require("child_process").execFileSync("id", { encoding: "utf8" });
process.stdout.write(JSON.stringify({ env: process.env, args: process.argv.slice(2), ids }));`,
);
for (const group of ["knetgrp", "second"]) execFileSync("groupadd", ["--system", group]);
execFileSync("useradd", ["--system", "--home-dir", "/var/app", "app"]);
execFileSync("useradd", ["--system", "--no-user-group", "-g", "nogroup", "-G", "second", "member"]);

function seenIn(text: string): Seen {
  const seen: unknown = JSON.parse(text);
  if (!isSeen(seen)) throw new Error("the process did not say what it sees");
  return seen;
}

function isSeen(seen: unknown): seen is Seen {
  return typeof seen === "object" && seen !== null && "env" in seen && "args" in seen && "ids" in seen;
}

/** What is read of a unit with these lines, and what its process sees. */
async function readAndSeen(lines: readonly string[], args = ""): Promise<{ read: LoadedUnit; seen: Seen }> {
  const start = `ExecStart=${process.execPath} ${program} ${args}`;
  writeFileSync(
    unitFile,
    ["[Service]", "Type=oneshot", `StandardOutput=truncate:${said}`, ...lines, start, ""].join("\n"),
  );
  execFileSync("systemctl", ["daemon-reload"]);
  const read = await loadedUnit(realHost(path("/")), "seen.service");
  if (read === undefined) throw new Error("the unit is not loaded");
  execFileSync("systemctl", ["start", "seen.service"]);
  return { read, seen: seenIn(readFileSync(said, "utf8")) };
}

t.test("who a unit's process is, and its home, are read as they are", async (t) => {
  const units = [
    [],
    ["User=app"],
    ["User=app", "Group=knetgrp"],
    ["User=member", "Group=knetgrp"],
    ["User=member", "SupplementaryGroups=knetgrp"],
    ["User=app", "DynamicUser=yes"],
    ["User=app", "Environment=HOME=/srv"],
    ["User=app", "UnsetEnvironment=HOME"],
  ];
  for (const lines of units) {
    const { read, seen } = await readAndSeen(lines);
    const { process } = read;
    const [uid, gid, groups] = ["uid", "gid", "groups"].map((name) =>
      new RegExp(`\\b${name}=(\\S+)`).exec(seen.ids)?.[1]?.replace(/\(.*?\)/g, ""),
    );
    const shown = lines.join(" ");
    t.equal(String(process?.uid), uid, shown);
    t.equal(String(process?.gid), gid, shown);
    t.strictSame((await process?.groups())?.map(String).toSorted(), groups?.split(",").toSorted(), shown);
    t.equal(process?.home, seen.env["HOME"], shown);
  }
});

t.test("a user that is only there while the unit runs has no identity beforehand", async (t) => {
  const { read, seen } = await readAndSeen(["DynamicUser=yes"]);
  // the name where libnss-systemd is installed
  t.match(seen.ids, /^uid=6\d{4}(\(seen\))? /);
  t.match(read, { process: undefined, settings: { user: "seen", dynamicUser: true } });
});

const part = fc.oneof(
  fc.constantFrom(...Array.from(" \t\"'\\$`;#=%:/{}()*?[]&|<>!~,-_.@a1é漢😀")),
  fc.constantFrom("\\\n", "${A1}", "$A2", "$$", "\\x41", "\\t", "\\u00e9", "\\101", "\n"),
);
const text = (most: number, unlike: RegExp) =>
  fc
    .array(
      part.filter((one) => !unlike.test(one)),
      { maxLength: most },
    )
    .map((parts) => parts.join(""));
/** Quoted in one of systemd's ways, or not. */
const written = (most: number) =>
  fc.oneof(
    text(most, /["'\n;]|\s/).map((one) => `p${one}`),
    text(most, /["\n\\]/).map((one) => `"${one}"`),
    text(most, /['\n\\]/).map((one) => `'${one}'`),
  );
/** What the service manager gives to each start of a unit. */
const ofEachStart = /^(?:INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MEMORY_PRESSURE_\w+)$/;
const literal = (one: string): string => one.replaceAll("%", "%%");

t.test("the service manager's variables are those of its process, and what counts before them", async (t) => {
  execFileSync("systemctl", ["set-environment", "M1=of the manager", "M2=also", "M3=$'\"\\", "HOME=/m"]);
  for (const lines of [
    ["Environment=M2=of-the-unit", "PassEnvironment=container M1 missing"],
    ["User=app", "UnsetEnvironment=M1"],
    ["User=app", "DynamicUser=yes", "Environment=M3="],
  ]) {
    const { read, seen } = await readAndSeen(lines);
    const ofLogin = new Set(["HOME", "USER", "LOGNAME", "SHELL"]);
    const theirs = Object.entries(seen.env).filter(([name]) => !ofEachStart.test(name) && !ofLogin.has(name));
    const ours = [...read.environment.variables.values()].filter(({ name }) => !ofLogin.has(name));
    t.same(Object.fromEntries(ours.map(({ name, value }) => [name, value])), Object.fromEntries(theirs));
    t.equal(read.process?.home, seen.env["HOME"], lines.join(" "));
    // systemd 257 sets USER=root where 252 sets neither
    t.equal(read.process?.nameless, seen.env["LOGNAME"] === undefined, lines.join(" "));
  }
  execFileSync("systemctl", ["unset-environment", "M1", "M2", "M3", "HOME"]);
});

t.test("a unit without limits of its own has those of the service manager", async (t) => {
  const { read } = await readAndSeen([]);
  t.strictSame(transientProperties(read.settings, read.manager.limits).groups, []);
  const { read: own } = await readAndSeen(["LimitMEMLOCK=1M:2M", "LimitNPROC=50", "LimitSTACK=4M"]);
  t.same(
    transientProperties(own.settings, own.manager.limits).groups.map(({ name, limit }) => [name, limit]),
    [
      ["LimitMEMLOCK=1048576:2097152", undefined],
      ["LimitNPROC=50:50", "NPROC"],
      ["LimitSTACK=4194304:4194304", undefined],
    ],
  );
});

t.test("whatever a unit and its files say, variables and arguments are those of its process", async (t) => {
  mkdirSync("/etc/seen", { recursive: true });
  await fc.assert(
    fc.asyncProperty(
      fc.array(written(12), { minLength: 4, maxLength: 12 }),
      fc.array(text(14, /\0/), { maxLength: 12 }),
      fc.array(written(8), { maxLength: 6 }),
      async (values, inFile, args) => {
        const variables = values.map((value, index) => {
          const [quote = ""] = /^["']/.exec(value) ?? [];
          return `Environment=${quote}A${index}=${literal(value.slice(quote.length))} Z${index}=z`;
        });
        writeFileSync("/etc/seen/env", inFile.map((value, index) => `B${index}=${value}\n`).join(""));
        const { read, seen } = await readAndSeen(
          [...variables, "EnvironmentFile=/etc/seen/*"],
          `${args.map(literal).join(" ")} $A3 \${A2} $B1`,
        );
        const ours = [...read.environment.variables.values()];
        const theirs = Object.entries(seen.env).filter(
          ([name]) => !ofEachStart.test(name) && name !== "USER",
        );
        t.strictSame(
          Object.fromEntries(ours.map(({ name, value }) => [name, value])),
          Object.fromEntries(theirs),
        );
        t.strictSame(
          ours.filter(({ where, from }) => where === undefined && from !== "systemctl show-environment"),
          [],
          "each has a place",
        );
        const [command] = read.settings.execStart;
        const started = command && startedArguments(command, read.placed, read.environment.variables);
        t.strictSame(
          started?.slice(1).map((argument) => argument.text),
          seen.args,
        );
      },
    ),
    { numRuns: cases(40) },
  );
  rmSync("/etc/seen", { recursive: true });
});
