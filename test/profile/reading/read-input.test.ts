import t from "tap";
import { join } from "node:path";
import { isSystemError } from "../../../src/problem/thrown.js";
import { intercept } from "../../support/intercept.js";
import { readInput } from "../../../src/profile/reading/read-input.js";

t.test(
  "a mistake of the program is thrown as it is, not told as a profile that cannot be read",
  async (t) => {
    const mistake = new TypeError("a mistake");
    const trusted = new Proxy(new Set<number>(), {
      get() {
        throw mistake;
      },
    });
    const file = join(t.testdir({ "p.yaml": "a: 1\n" }), "p.yaml");
    await t.rejects(readInput(file, file, trusted), mistake);
    await t.rejects(readInput(Object.create(null) as string, file), TypeError);
  },
);

t.test("only what the system refuses counts as that", async (t) => {
  const refused = Object.assign(new Error("EIO"), { code: "EIO", syscall: "read" });
  const wrongArgument = Object.assign(new TypeError("x"), { code: "ERR_INVALID_ARG_TYPE" });
  t.same([refused, wrongArgument, new Error("x"), "EIO"].map(isSystemError), [true, false, false, false]);
});

t.test("what the system said is kept as the cause", async (t) => {
  const file = join(t.testdir({ "p.yaml": "a: 1\n" }), "p.yaml");
  const cause = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" });
  intercept(t, "readSync", "before", () => {
    throw cause;
  });
  await t.rejects(readInput(file), { code: "profile-unreadable", cause });
});
