import { titleWithDetail } from "../../problem/problem.js";
import { h, type ComponentChild } from "preact";
import type { PlacedProblem } from "../placed-problems.js";
import { spoken } from "../../language/spoken.js";

/** Problems where they belong, in the program's own words. */
export function Problems({ id, list }: { id: string; list: readonly PlacedProblem[] }): ComponentChild {
  if (list.length === 0) return null;
  return h(
    "ul",
    { class: "problems", id },
    list.map(({ code, severity, title, detail, hint }) =>
      h("li", { class: severity, key: code + title }, [
        h("span", { class: "what" }, [
          h("span", { class: "sign", "aria-hidden": "true" }, severity === "error" ? "✗" : "!"),
          h("span", null, spoken(titleWithDetail({ title, detail }))),
        ]),
        hint === undefined ? null : h("span", { class: "hint" }, spoken(hint)),
        h("code", { class: "code" }, code),
      ]),
    ),
  );
}
