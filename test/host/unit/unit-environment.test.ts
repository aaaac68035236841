import t from "tap";
import { startedArguments } from "../../../src/host/unit/started-command.js";
import { unitEnvironment } from "../../../src/host/unit/unit-environment.js";
import { UnitFiles } from "../../../src/host/unit/unit-files.js";
import { MemoryHost } from "../../support/memory-host.js";
import { recordedFiles, recordedUnit, unitWith } from "../../support/recorded-unit.js";

const unitFile = "/etc/systemd/system/app.service";

t.test("each setting is found in the file and line that counts", (t) => {
  const placed = new UnitFiles(new MemoryHost({ files: recordedFiles() }), recordedUnit("application"));
  t.same(placed.whereIs("User"), { path: unitFile, line: 5 });
  t.same(placed.whereIs("PrivateNetwork"), { path: `${unitFile}.d/50-walls.conf`, line: 11 });
  t.equal(placed.whereIs("PrivateDevices"), undefined);
  t.same(placed.whereIsVariable("A"), { path: unitFile, line: 9 });
  t.same(placed.whereIsVariable("KeyStores__X__Pin"), { path: unitFile, line: 10 }, "a line that goes on");
  t.same(placed.whereIsVariable("HOME"), { path: unitFile, line: 12 });
  t.equal(placed.whereIsVariable("KeyStores"), undefined, "a part of a name is no name");
  t.same(placed.whereIsEnvironmentFile("/etc/app/opt env"), { path: unitFile, line: 14 });
  t.end();
});

t.test("an empty line takes back those before it, and a drop-in comes after the unit's own file", (t) => {
  const dropIn = "/etc/systemd/system/app.service.d/a.conf";
  const settings = unitWith({ FragmentPath: unitFile, DropInPaths: dropIn, Environment: "A=2" });
  const host = new MemoryHost({
    files: {
      [unitFile]: "[Service]\nUser=one\nEnvironment=A=1 B=1\n",
      [dropIn]: "[Unit]\nUser=no\n[Service]\nUser=two\nEnvironment=\nEnvironment=A=2\n",
    },
  });
  const placed = new UnitFiles(host, settings);
  t.same(placed.whereIs("User"), { path: dropIn, line: 4 });
  t.same(placed.whereIsVariable("A"), { path: dropIn, line: 6 });
  t.equal(placed.whereIsVariable("B"), undefined);
  t.end();
});

t.test("a file that cannot be read tells no place, and is no reason to stop", (t) => {
  const host = new MemoryHost({ files: recordedFiles(), forbidden: ["/etc/systemd"] });
  t.equal(new UnitFiles(host, recordedUnit("application")).whereIs("User"), undefined);
  t.end();
});

t.test("the environment is that of systemd's order: files last, then what is taken away", (t) => {
  const settings = unitWith({
    FragmentPath: unitFile,
    Environment: "A=unit B=unit C=unit D=1 E=2",
    EnvironmentFiles: "/etc/app/[a-c]*.env (ignore_errors=no)\nEnvironmentFiles=/gone (ignore_errors=yes)",
    UnsetEnvironment: "C D=1 E=1",
  });
  const host = new MemoryHost({
    files: {
      [unitFile]: "[Service]\nEnvironment=A=unit B=unit C=unit\n",
      "/etc/app/a.env": '# a\nA="a \\"file\\""\nX=a\n',
      "/etc/app/b.env": "X=b\nbad line\nC=file\n",
      "/etc/app/.c.env": "X=hidden\n",
      "/etc/app/d.env": "X=d\n",
    },
  });
  const { variables, unread } = unitEnvironment(host, settings, new UnitFiles(host, settings));
  t.strictSame(
    [...variables.values()].map(({ name, value, from, where }) => [name, value, from, where]),
    [
      ["A", 'a "file"', "EnvironmentFile=", { path: "/etc/app/a.env", line: 2 }],
      ["B", "unit", "Environment=", { path: unitFile, line: 2 }],
      ["E", "2", "Environment=", undefined],
      ["X", "b", "EnvironmentFile=", { path: "/etc/app/b.env", line: 1 }],
    ],
  );
  t.strictSame(unread, []);
  t.end();
});

t.test("an environment file that this user cannot read is told, and the others are read", (t) => {
  const settings = unitWith({
    EnvironmentFiles: "/root/env (ignore_errors=no)\nEnvironmentFiles=/etc/env (ignore_errors=no)",
  });
  const host = new MemoryHost({
    files: { "/root/env": "A=1\n", "/etc/env": "B=2\n" },
    forbidden: ["/root"],
  });
  const { variables, unread } = unitEnvironment(host, settings, new UnitFiles(host, settings));
  t.strictSame([...variables.keys()], ["B"]);
  t.match(unread, [{ code: "host-not-permitted", where: { path: "/root/env" } }]);
  t.end();
});

t.test("arguments are exact where the unit's files say them, with their lines", (t) => {
  const settings = recordedUnit("application");
  const host = new MemoryHost({ files: { ...recordedFiles(), "/etc/app/env": "FOO='--a \"b c\"'\n" } });
  const placed = new UnitFiles(host, settings);
  const { variables } = unitEnvironment(host, settings, placed);
  const [command] = settings.execStart;
  if (command === undefined) throw new Error("no command");
  t.strictSame(
    startedArguments(command, placed, variables).map(({ text }) => text),
    ["A=b", "two words", "A", "--a", "b c", "", 'q"uote', "semi ; colon"],
  );
  t.strictSame(
    startedArguments(command, placed, variables).map(({ where }) => where),
    [
      ...Array.from({ length: 3 }, () => ({ path: unitFile, line: 8 })),
      ...Array.from({ length: 2 }, () => ({ path: "/etc/app/env", line: 1 })),
      ...Array.from({ length: 3 }, () => ({ path: unitFile, line: 8 })),
    ],
  );
  t.end();
});

t.test("where the files do not say them, arguments are what is between the spaces", (t) => {
  const placed = new UnitFiles(new MemoryHost({}), unitWith({}));
  const command = { path: "/bin/a", text: "zero a b$$ $X", expands: false };
  t.strictSame(startedArguments(command, placed, new Map()), [
    { text: "a" },
    { text: "b$$" },
    { text: "$X" },
  ]);
  t.strictSame(startedArguments({ ...command, expands: true }, placed, new Map()), [
    { text: "a" },
    { text: "b$" },
  ]);
  t.end();
});
