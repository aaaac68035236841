import { shellWord } from "../../formats/text/shell-word.js";
import { mebibytes } from "../../formats/units.js";
import { sizeLimits } from "../../host/size-limits.js";
import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { ownCommand } from "../../host/own-command.js";
import type { ProblemCode } from "../../problem/codes.js";
import { Problem, type Where } from "../../problem/problem.js";
import { quoted, quotedName } from "../../profile/words/quote.js";
import { usualServiceUser } from "../../vendor/client.js";

/** What to do about a config.json. */
export interface ConfigHints {
  /** If it has no connections. */
  readonly empty: string;
  /** If the endpoints of this connection cannot be determined. */
  readonly ambiguous: (connection: string) => string;
}

/**
 * For the one that the service user's client reads: the commands that fix it, for the same root, user and
 * home.
 */
export function hostConfigHints(
  host: Pick<Host, "root">,
  { user, home }: { readonly user: string; readonly home?: string | undefined },
): ConfigHints {
  const whose = [
    user === usualServiceUser ? "" : ` --user ${shellWord(user)}`,
    home === undefined ? "" : ` --home ${shellWord(home)}`,
  ].join("");
  return {
    empty: `write a profile and apply it: knetctl init, ${ownCommand(host, "apply PROFILE")}`,
    ambiguous: (connection) =>
      "write them again, in order of preference: " +
      ownCommand(host, `ha set ${shellWord(connection)} IP:PORT…${whose}`),
  };
}

/** For a config.json elsewhere, which no command of knetctl changes. */
export const namedConfigHints: ConfigHints = {
  empty: 'check the name: a client configuration has a "connections" section',
  ambiguous: () => "correct it there: one port for each ip, in order of preference",
};

export function ambiguous(
  name: string,
  detail: string,
  where: Where,
  { ambiguous: hint }: ConfigHints,
): Problem {
  return new Problem(
    "ha-connection-ambiguous",
    `cannot determine the endpoints of connection ${quotedName(name)}`,
    { where, detail, hint: hint(name) },
  );
}

export function noConnections(file: AbsolutePath, { empty: hint }: ConfigHints): Problem {
  return new Problem("ha-config-no-connections", "config.json has no connections", {
    where: { path: file },
    hint,
  });
}

const otherFiles = "ha list and ha probe read any config.json with --config";

export function noAccount(user: string): Problem {
  return new Problem("account-missing", `there is no user ${quoted(user)}`, {
    hint: `name the service user with --user, or the profile with --profile; ${otherFiles}`,
  });
}

export function configMissing(file: AbsolutePath): Problem {
  return new Problem("ha-config-missing", "there is no config.json", {
    where: { path: file },
    hint: `name the service user with --user, or its home with --home; ${otherFiles}`,
  });
}

export function unseen(file: AbsolutePath, detail = ""): Problem {
  return new Problem("host-not-permitted", "config.json cannot be read", {
    where: { path: file },
    detail,
    hint: "run this as root",
  });
}

/** What was wrong with reading the file of `--config`, in words for a file that is not a profile. */
export function namedConfigProblem(problem: Problem, file: AbsolutePath): Problem {
  const { detail = "", cause } = problem;
  const where = { path: file };
  const inOtherWords: Partial<Record<ProblemCode, Problem>> = {
    "profile-missing": new Problem("ha-config-missing", "there is no such file", {
      where,
      hint: "check the name that --config gives",
    }),
    "profile-not-a-file": new Problem("client-config-not-a-file", "config.json is not a regular file", {
      where,
      detail,
      hint: "give the config.json itself",
    }),
    "profile-too-large": new Problem(
      "client-config-too-large",
      `config.json is larger than ${mebibytes(sizeLimits.text)}`,
      {
        where,
        hint: "check the name that --config gives",
      },
    ),
    "profile-unreadable": new Problem("host-not-permitted", "config.json cannot be read", {
      where,
      detail,
      cause,
      ...(problem.hint !== undefined && { hint: problem.hint }),
    }),
  };
  return inOtherWords[problem.code] ?? problem;
}
