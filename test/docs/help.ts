import { runCommandLine } from "../../src/commands/command-line/command-line.js";
import { verbs } from "../../src/commands/verbs.js";
import { isGroup } from "../../src/commands/verb.js";

/** What `knetctl WORDS --help` prints on a terminal of 100 columns. */
export async function helpOf(words: readonly string[]): Promise<string> {
  let text = "";
  await runCommandLine({
    args: [...words, "--help"],
    workingFolder: "/",
    version: "0.0.0",
    width: 100,
    run: () => Promise.reject(new Error("help runs nothing")),
    print: (printed) => {
      text += printed;
    },
  });
  return text;
}

/** The words of every verb, inner verbs behind theirs: `["apply"]`, `["ha"]`, `["ha", "add"]`. */
export function allVerbs(): readonly (readonly string[])[] {
  return verbs.flatMap((one) => [
    [one.name],
    ...(isGroup(one) ? one.verbs.map((inner) => [one.name, inner.name]) : []),
  ]);
}

/** The options that a help text names, each with its dashes. */
export function optionsIn(help: string): ReadonlySet<string> {
  const named = [...help.matchAll(/^ +(?:-\w, )?--(?:\[no-\])?([a-z][a-z-]*)/gm)].map(
    ([, name = ""]) => name,
  );
  return new Set(named.flatMap((name) => [`--${name}`, `--no-${name}`]));
}
