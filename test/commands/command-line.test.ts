import { test } from "tap";
import { inLanes } from "../support/in-lanes.js";
import { knetctlJson } from "../support/knetctl.js";

const refused: Readonly<Record<string, RegExp>> = {
  // an option that takes one value, given twice
  "ha prove --profile a --profile b": /^--profile is given twice/,
  "ha add hsm_1 10.0.0.1:1 --before 10.0.0.2:1 --before 10.0.0.3:1": /^--before is given twice/,
  "ha set hsm_1 10.0.0.1:1 --home /a --home /b": /^--home is given twice/,
  "ha list --user a --user b": /^--user is given twice/,
  "smoke --module a --module b": /^--module is given twice/,
  "render p --key-store a --key-store b": /^--key-store is given twice/,
  "render p --target ini --target env": /^--target is given twice/,
  "init --from-host --out a --out b": /^--out is given twice/,
  "simulator start --state a --state b": /^--state is given twice/,
  "simulator start --vhsms 1 --vhsms 2": /^--vhsms is given twice/,
  "history --root a --root b": /^--root takes the name of one folder/,
  // options that decide the target, where another one decides it
  "ha add hsm_1 10.0.0.1:1 --user svc2 --profile p": /^--profile and --user do not go together/,
  "ha list --config c --root /srv": /^--config and --root do not go together/,
  "ha probe --config c --user u": /^--config and --user do not go together/,
  "ha list --profile p --user u": /^--profile and --user do not go together/,
  "ha list --profile p --root /srv": /^--profile and --root do not go together/,
  "ha probe 10.0.0.1:1 --interval 3": /^--interval is for --watch/,
  "ha probe 10.0.0.1:1 --user x": /^--user is not used where only endpoints are named$/,
  "ha probe 10.0.0.1:1 --config /nowhere.json": /^--config is not used/,
  "ha probe 10.0.0.1:1 --home /nowhere --root /": /^--home and --root are not used/,
  // what is missing
  "ha promote hsm_1": /^the endpoint is missing/,
  "ha prove --profile p --timeout 5m": /^--timeout takes one number of seconds/,
};

test("a command line that cannot be meant is a usage error, and says what is wrong", async (t) => {
  await inLanes(2, Object.entries(refused), async ([line, title]) => {
    const { exitCode, document } = await knetctlJson(line.split(" "));
    t.match({ exitCode, problems: document.problems }, { exitCode: 64, problems: [{ code: "usage-invalid", title, hint: /--help|leave/ }] }, line);
  });
});

test("what may be given again may; seconds are written in one way everywhere", async (t) => {
  const taken: Readonly<Record<string, string>> = {
    "init --settings a.conf --settings b.conf": "usage-invalid",
    "ha prove --profile /nowhere.yaml --timeout 5s": "profile-missing",
    "verify /nowhere.yaml --timeout 1.5": "profile-missing",
    "ha list --profile /nowhere.yaml --json": "profile-missing",
  };
  for (const [line, code] of Object.entries(taken)) t.match((await knetctlJson(line.split(" "))).document.problems, [{ code }], line);
  t.match((await knetctlJson(["init", "--settings", "a", "--settings", "b"])).document.problems, [{ title: /^say what to make/ }]);
});

test("ha probe tells an endpoint gone wrong from a name, on a host without a service user too", async (t) => {
  for (const typed of ["10.1.2.3", "2001:db8::7:60161", "10.1.2.3:060161"]) {
    const { exitCode, document } = await knetctlJson(["ha", "probe", typed, "--user", "nobody-of-that-name"]);
    t.match({ exitCode, problems: document.problems }, { exitCode: 64, problems: [{ code: "ha-endpoint-invalid", hint: /60161|a port is/ }] }, typed);
  }
});
