import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";

export interface Interpreter {
  /** Absolute path; undefined for a compiled installer, which is started itself. */
  readonly program: string | undefined;
  readonly args: readonly string[];
}

/**
 * Who runs a script: what its first line names, as execve(2) reads it (one argument at most), and /bin/sh
 * without one, as a shell would. Running the interpreter ourselves also works where the file lacks its x bits
 * or the file system is mounted noexec. `script` and `archive` are for the Problem.
 */
export function interpreterOf(head: Buffer, script: string, archive: string): Interpreter {
  if (head.subarray(0, 4).toString("latin1") === "\x7fELF") return { program: undefined, args: [] };
  if (head.subarray(0, 2).toString("latin1") !== "#!") return { program: "/bin/sh", args: [] };
  const line = head.subarray(2).toString("utf8").split("\n", 1)[0] ?? "";
  const [, program = "", argument] = /^[ \t]*(\S+)[ \t]*(.*?)[ \t]*$/.exec(line.replace(/\r$/, "")) ?? [];
  if (program.startsWith("/") && !line.endsWith("\r")) return { program, args: argument ? [argument] : [] };
  throw new Problem("installer-interpreter", "install.sh cannot be run", {
    where: { path: archive },
    detail: line.endsWith("\r")
      ? `the lines of ${script} end in CR LF, so its interpreter would be ${JSON.stringify(`${program}\r`)}`
      : `the first line of ${script} names no interpreter: ` +
        JSON.stringify(withoutUrlSecrets(line).slice(0, 80)),
    hint: "get the archive again; it may have been repacked on Windows",
  });
}
