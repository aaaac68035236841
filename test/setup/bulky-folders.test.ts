import t from "tap";
import { foldersBeside } from "../../scripts/setup/bulky-folders.mjs";

t.test("folders beside a clone are shown empty, but never those of the system that tests write in", (t) => {
  t.same(foldersBeside("/home/ana/src/knetctl"), ["/home/ana/src", "/home/ana", "/home", "/"]);
  t.same(foldersBeside("/var/lib/jenkins/workspace/knetctl"), [
    "/var/lib/jenkins/workspace",
    "/var/lib/jenkins",
    "/",
  ]);
  for (const clone of [
    "/var/tmp/knetctl",
    "/usr/src/knetctl",
    "/usr/local/src/knetctl",
    "/usr/local/knetctl",
  ])
    t.same(foldersBeside(clone), ["/"], clone);
  t.end();
});
