import { test } from "tap";
import { releaseDate } from "../../scripts/package/carried-node.mjs";

const changelog = `# Node.js 24 ChangeLog

<a id="24.21.0"></a>

## 2026-09-08, Version 24.21.0 'Krypton' (LTS), @aduh95

### Notable Changes

## 2026-08-11, Version 24.20.0 'Krypton' (LTS), @aduh95
`;

test("the day of a Node's release is what its own list of changes says", (t) => {
  t.equal(releaseDate(changelog, "24.21.0"), "2026-09-08");
  t.equal(releaseDate(changelog, "24.20.0"), "2026-08-11");
  t.end();
});

test("a list that does not tell of the version stops the build", (t) => {
  t.throws(() => releaseDate(changelog, "24.2"), { message: /does not say when 24\.2 was released/ });
  t.end();
});
