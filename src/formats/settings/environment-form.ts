import { keyOfVariable } from "./environment-lines.js";
import type { EnvironmentLines } from "./environment-lines.js";
import type { LineForm } from "./line-form.js";
import { plainLine } from "./line-settings.js";

/** What forms of environment variables have in common: there are no headers, and each line stands for itself. */
export function environmentForm(own: Pick<LineForm<EnvironmentLines>, "read" | "cannotHold" | "written">): LineForm<EnvironmentLines> {
  return {
    ...own,
    lastPart: (name) => Math.max(0, ...Array.from(name.matchAll(/__|:/g), ({ index, 0: { length } }) => index + length)),
    headerOf: () => undefined,
    addSection: (editor, { tail }, pairs) => {
      editor.insertAfter(tail, pairs.map(([key, value]) => plainLine(own, variableOf(key), value)));
    },
    removedWith: (_, gone) => gone,
  };
}

/** The variable's name for a key. */
export function variableOf(key: string): string {
  return key.replaceAll(":", "__");
}

/** Why a key cannot be told from the variable's name for it; undefined when it can. */
export function variableCannotName(key: string): string | undefined {
  if (keyOfVariable(variableOf(key)) !== key) return "in a variable's name, __ parts a key: no part can hold it, and none but the last can end in _";
  return undefined;
}
