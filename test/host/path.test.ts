import { posix } from "node:path";
import t from "tap";
import { path, resolved } from "../../src/host/path.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

t.test("a text is resolved from a folder as Node's path module does it", async () => {
  const part = fc.constantFrom("a", "..", ".", "", "b.c", " ", "ä", "...", "\\");
  const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.constantFrom("/", "/etc", "/a/b/c"), text, (folder, file) => {
      return resolved(path(folder), file) === posix.resolve(folder, file);
    }),
    { numRuns: cases(2000) },
  );
});

t.test("what no path can hold is none", async (t) => {
  t.equal(resolved(path("/etc"), "a\0b"), undefined);
});
