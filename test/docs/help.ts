import { runCommandLine } from "../../src/commands/command-line/command-line.js";

/** What `knetctl WORDS --help` prints. */
export async function helpOf(words: readonly string[]): Promise<string> {
  let text = "";
  await runCommandLine({
    args: [...words, "--help"],
    workingFolder: "/",
    version: "0.0.0",
    run: () => Promise.reject(new Error("help runs nothing")),
    print: (printed) => {
      text += printed;
    },
  });
  return text;
}

/** The words of every verb, inner verbs behind theirs: `["apply"]`, `["ha"]`, `["ha", "add"]`. */
export async function allVerbs(): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for (const verb of innerVerbs(await helpOf([]), [])) {
    found.push([verb]);
    for (const inner of innerVerbs(await helpOf([verb]), [verb])) found.push([verb, inner]);
  }
  return found;
}

function innerVerbs(help: string, path: readonly string[]): readonly string[] {
  const [, commands = ""] = /\nCommands:\n([\s\S]*?)(?:\n\n|$)/.exec(help) ?? [];
  const before = ["  knetctl", ...path, ""].join(" ");
  return commands
    .split("\n")
    .filter((line) => line.startsWith(before))
    .map((line) => line.slice(before.length).split(" ")[0] ?? "");
}

/** The options that a help text names, each with its dashes. */
export function optionsIn(help: string): ReadonlySet<string> {
  const named = [...help.matchAll(/^ +(?:-\w, )?--([a-z][a-z-]*)/gm)].map(([, name = ""]) => name);
  return new Set(named.flatMap((name) => [`--${name}`, `--no-${name}`]));
}
