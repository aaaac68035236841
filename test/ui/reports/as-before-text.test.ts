import t, { test } from "tap";
import { asBeforeText, notLookedAtText } from "../../../src/ui/reports/as-before-text.js";

test("where an installer ran, no more is claimed than was looked at, and what was not is named", (t) => {
  const lookedAt = {
    folders: ["/etc", "/opt"],
    except: [{ path: "/opt/k", because: "a link of uid 1000's to /srv/\u001b[2Jk" }],
  };
  t.equal(
    asBeforeText(lookedAt),
    "everything knetctl changed, and everything install.sh changed in the folders that were looked at " +
      "(/etc, /opt), is back in its previous state (checked)",
  );
  t.match(
    notLookedAtText(lookedAt),
    new RegExp(
      "^not looked at: /opt/k \\(a link of uid 1000's to [^\u001b]+\\), " +
        "and what install\\.sh may have changed outside these folders$",
    ),
  );
  t.equal(
    notLookedAtText({ ...lookedAt, except: [] }),
    "not looked at: what install.sh may have changed outside these folders",
  );
  const many = Array.from({ length: 40 }, (_, index) => ({
    path: `/opt/${index}`,
    because: "a link to /srv",
  }));
  t.match(notLookedAtText({ ...lookedAt, except: many }), /\/opt\/9 \(a link to \/srv\), 30 more, and what/);
  t.end();
});

t.equal(
  asBeforeText(undefined),
  "everything knetctl changed is back in its previous state (checked)",
  "of the host, nothing is said",
);
t.equal(notLookedAtText(undefined), undefined);
