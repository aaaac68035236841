import { type UnitLine, unitFileLines } from "../../formats/systemd/unit-file.js";
import { unitWords } from "../../formats/systemd/unit-words.js";
import { Problem, type Where } from "../../problem/problem.js";
import type { Files, Host } from "../host.js";
import type { AbsolutePath } from "../path.js";
import type { ExecCommand } from "./exec-command.js";
import type { UnitSettings } from "./unit-settings.js";

/** A line of the unit's own file or of a drop-in, in [Service]. */
interface PlacedLine {
  readonly path: AbsolutePath;
  readonly line: UnitLine;
}

/** An argument of a command line. */
export interface Argument {
  /** May be a secret: never to be shown. */
  readonly text: string;
  readonly where?: Where;
}

/**
 * Where a unit's settings stand in its files. A file that cannot be read, or not be trusted, has none to
 * tell; it is read once.
 */
export class UnitFiles {
  readonly #files: Files;
  readonly #settings: UnitSettings;
  #read: readonly PlacedLine[] | undefined;

  constructor(host: Pick<Host, "files">, settings: UnitSettings) {
    this.#files = host.files();
    this.#settings = settings;
  }

  /** Of the line that counts: the last one that sets it. The name is that in the files: `EnvironmentFile`. */
  whereIs(name: string): Where | undefined {
    const last = this.#lines(name).at(-1);
    return last && { path: last.path, line: last.line.lineAt(0) };
  }

  /** Of the assignment in Environment= that counts. */
  whereIsVariable(name: string): Where | undefined {
    return this.#whereIsWord("Environment", (word) => word.startsWith(`${name}=`));
  }

  /** Of the line that names this file in EnvironmentFile=. */
  whereIsEnvironmentFile(path: string): Where | undefined {
    const named = this.#lines("EnvironmentFile").findLast(
      ({ line }) => line.value.replace(/^-/, "") === path,
    );
    return named === undefined ? this.whereIs("EnvironmentFile") : placeOf(named, 0);
  }

  /**
   * The arguments of a command without the program's name: exact if a line of the files says the same, else
   * what is between the spaces.
   */
  argumentsOf(command: ExecCommand): readonly Argument[] {
    const written = this.#commands().find(
      (words) => words.map(({ text }) => text).join(" ") === command.text,
    );
    if (written !== undefined) return written.slice(1);
    const where = this.whereIs("ExecStart");
    const words = command.text.split(" ").slice(1);
    return words.map((text) => ({ text, ...(where && { where }) }));
  }

  #whereIsWord(name: string, isIt: (word: string) => boolean): Where | undefined {
    for (const placed of this.#lines(name).toReversed()) {
      const word = unitWords(placed.line.value).findLast(({ text }) => isIt(text));
      if (word !== undefined) return placeOf(placed, word.offset);
    }
    return undefined;
  }

  /** Lines of this name that count: an empty one takes back those before it. */
  #lines(name: string): readonly PlacedLine[] {
    this.#read ??= this.#settings.files.flatMap((path) => linesOf(this.#files, path));
    const named = this.#read.filter(({ line }) => line.name === name);
    return named.slice(named.findLastIndex(({ line }) => line.value === "") + 1);
  }

  /** Each as the words that the service manager hands over, the program's name first. */
  #commands(): readonly (readonly Argument[])[] {
    return this.#lines("ExecStart").flatMap(commandsIn);
  }
}

function placeOf({ path, line }: PlacedLine, offset: number): Where {
  return { path, line: line.lineAt(offset) };
}

function linesOf(files: Files, path: AbsolutePath): readonly PlacedLine[] {
  try {
    const text = files.read(path)?.toString("utf8") ?? "";
    return unitFileLines(text)
      .filter(({ section }) => section === "Service")
      .map((line) => ({ path, line }));
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** Several commands in one line are separated by a `;` of its own. */
function commandsIn(placed: PlacedLine): readonly (readonly Argument[])[] {
  const commands: Argument[][] = [[]];
  for (const { text, offset, plain } of unitWords(placed.line.value)) {
    if (plain && text === ";") commands.push([]);
    else commands.at(-1)?.push({ text: text.replaceAll("%%", "%"), where: placeOf(placed, offset) });
  }
  return commands.map(withoutPrefix);
}

/** What may stand before the program (systemd.service(5)); with `@` its name follows as a word of its own. */
function withoutPrefix(words: readonly Argument[]): readonly Argument[] {
  const [first, ...others] = words;
  if (first === undefined) return [];
  const prefix = /^[-@:+!|]*/.exec(first.text)?.[0] ?? "";
  return prefix.includes("@") ? others : [{ ...first, text: first.text.slice(prefix.length) }, ...others];
}
