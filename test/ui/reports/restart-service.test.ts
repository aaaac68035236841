import t from "tap";
import { report } from "../../../src/generated/validate-report.js";
import { path } from "../../../src/host/path.js";
import { changeJson, changeMark, changeText } from "../../../src/ui/reports/plan-text.js";
import type { RestartService } from "../../../src/workflow/change-kinds/restart-service.js";

const restart: RestartService = {
  step: "service",
  kind: "restart-service",
  path: path("/etc/systemd/system/amplia.service"),
  unit: "amplia.service",
  health: "http://user:word@localhost:5000/api/system/info?key=k1#x",
  timeoutSeconds: 60,
  because: [path("/etc/amplia/appsettings.conf")],
};

t.test("a restart says what is waited for, and of the URL nothing that could be secret", (t) => {
  t.equal(
    changeText(restart),
    "restart amplia.service, and wait until it is active and answers at " +
      "http://localhost:5000/api/system/info",
  );
  t.equal(changeText({ ...restart, health: null }), "restart amplia.service, and wait until it is active");
  t.equal(changeMark(restart), "~");
  t.end();
});

t.test("the same in JSON, as the schema has it", (t) => {
  for (const change of [restart, { ...restart, health: null }]) {
    const document = { changes: [changeJson(change)], problems: [], notes: [] };
    t.ok(report(document), JSON.stringify(report.errors));
    t.notMatch(JSON.stringify(document), /word|k1/);
  }
  t.end();
});
