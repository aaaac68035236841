import { type ComponentChild, h } from "preact";
import type { PlacedProblem } from "../placed-problems.js";
import { idOf } from "./model.js";
import { spoken, spokenWord } from "../../language/spoken.js";
import type { Path } from "../data.js";

interface Props {
  readonly problems: readonly PlacedProblem[];
  readonly visit: (path: Path) => void;
}

/** All problems at once, each a way to its field; what is only missing yet is not called wrong. */
export function Summary({ problems, visit }: Props): ComponentChild {
  const missing = problems.filter(({ code }) => code === "profile-key-missing");
  const errors = problems.filter((one) => one.severity === "error" && !missing.includes(one));
  const warnings = problems.filter(({ severity }) => severity === "warning");
  if (problems.length === 0)
    return h("p", { class: "summary good" }, [
      h("span", { "aria-hidden": "true" }, "✓ "),
      spokenWord("no problems"),
    ]);
  return h("details", { class: `summary ${errors.length > 0 ? "bad" : ""}`, open: true }, [
    h("summary", null, summaryText(errors.length, warnings.length, missing.length)),
    h(
      "ul",
      null,
      [...errors, ...missing, ...warnings].map(({ path, title, code, severity }, at) =>
        h("li", { key: at, class: code === "profile-key-missing" ? "missing" : severity }, [
          h(
            "a",
            {
              href: `#${idOf(path)}`,
              onClick: (event: Event) => {
                event.preventDefault();
                visit(path);
                focusAt(path);
              },
            },
            spoken(title),
          ),
          h("span", { class: "where" }, path.map(shownStep).join(" › ")),
        ]),
      ),
    ),
  ]);
}

function shownStep(step: string | number): string {
  return typeof step === "number" ? String(step + 1) : step;
}

/** "2 errors · 1 warning · 3 still to fill in". */
export function summaryText(errors: number, warnings: number, missing: number): string {
  return [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? spokenWord("error") : spokenWord("errors")}`] : []),
    ...(missing > 0 ? [`${missing} ${spokenWord("still to fill in")}`] : []),
    ...(warnings > 0
      ? [`${warnings} ${warnings === 1 ? spokenWord("warning") : spokenWord("warnings")}`]
      : []),
  ].join(" · ");
}

const fields = "input, select";
const focusable = "input, select, button";

/** The field of a place, or the nearest one around it. */
function focusAt(path: Path): void {
  for (let length = path.length; length > 0; length -= 1) {
    const place = document.getElementById(idOf(path.slice(0, length)));
    const field = place?.matches(fields) ? place : place?.querySelector<HTMLElement>(focusable);
    if (!(field instanceof HTMLElement)) continue;
    const around = field.closest("details");
    if (around !== null) around.open = true;
    field.focus();
    field.scrollIntoView({ block: "center" });
    return;
  }
}
