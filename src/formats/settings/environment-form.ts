import type { EnvironmentLines } from "./environment-lines.js";
import type { LineForm } from "./line-form.js";
import { plainLine } from "./line-settings.js";
import { lastPartOf, variableOf } from "./variable-key.js";

/**
 * What forms of environment variables have in common: there are no headers, and each line stands for itself.
 */
export function environmentForm(
  own: Pick<LineForm<EnvironmentLines>, "read" | "cannotHold" | "written">,
): LineForm<EnvironmentLines> {
  return {
    ...own,
    lastPart: lastPartOf,
    headerOf: () => undefined,
    addSection: (editor, { tail }, pairs) => {
      editor.insertAfter(
        tail,
        pairs.map(([key, value]) => plainLine(own, variableOf(key), value)),
      );
    },
    removedWith: (_, gone) => gone,
  };
}
