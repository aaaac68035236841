import { shownWords } from "../../formats/systemd/shown-words.js";

/** A command line of ExecStart=. */
export interface ExecCommand {
  readonly path: string;
  /**
   * Its arguments with the program's name, one space between two: `systemctl show` does not quote them, so
   * where an argument begins is not certain. Variables (`$X`, `${X}`) are not replaced yet.
   */
  readonly text: string;
  /** Whether variables in it are replaced: not with `:` before it. */
  readonly expands: boolean;
}

const form = /^\{ path=(.*?) ; argv\[\]=(.*) ; (?:ignore_errors|flags)=([^;]*) ; start_time=/s;

/**
 * The commands, from the values of `ExecStart` and `ExecStartEx`; the second is only told by newer service
 * managers, and alone has the flags. Pure.
 */
export function execCommands(plain: readonly string[], extended: readonly string[]): readonly ExecCommand[] {
  return (extended.length > 0 ? extended : plain).flatMap((shown) => {
    const [, path, text, flags = ""] = form.exec(shown) ?? [];
    return path === undefined || text === undefined
      ? []
      : [{ path, text, expands: !shownWords(flags).includes("no-env-expand") }];
  });
}
