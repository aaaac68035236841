import t from "tap";
import type { MemberProof } from "../../src/members/member-proof.js";
import { memberProblems } from "../../src/members/member-problems.js";

/** One member for each serial number; undefined: its token was not reached. */
function members(...serials: readonly (string | undefined)[]): readonly MemberProof[] {
  return serials.map((serial, index) => ({
    endpoint: { ip: `10.0.0.${index + 1}`, port: 1 },
    tokens: [
      serial === undefined
        ? { user: "ca", result: "unreachable" }
        : { user: "ca", result: "proven", token: { label: "ca", serial, proven: "logged-in", checks: [] } },
    ],
  }));
}

t.test("a token whose serial number is another one on another member is warned of", async (t) => {
  t.same(memberProblems(members("1", "1"), []), []);
  t.match(memberProblems(members("1", "2", "1"), []), [
    {
      code: "members-serials-differ",
      severity: "warning",
      detail: "1 on 10.0.0.1:1; 2 on 10.0.0.2:1; 1 on 10.0.0.3:1",
      hint: /by its label/,
    },
  ]);
  t.match(memberProblems(members("1", undefined), []), [{ code: "members-unreachable" }]);
});
