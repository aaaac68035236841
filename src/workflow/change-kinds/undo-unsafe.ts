import { Problem } from "../../problem/problem.js";
import type { Other, Standing } from "../change-kind.js";

/** Throws where taking a change back would lose what somebody did since. */
export function refuseOther(standing: Standing): asserts standing is Exclude<Standing, Other> {
  if (standing.state === "other") throw undoUnsafe(standing);
}

export function undoUnsafe({ path, because }: Other): Problem {
  return new Problem("undo-unsafe", "it was changed after the run, so it is not taken back", {
    where: { path },
    detail: because,
    hint: "find out who changed it and whether that is still wanted",
  });
}
