/**
 * Texts of passwd(5), group(5), shadow(5) and gshadow(5): one entry per line, fields between colons, the name
 * first. Every other line, and every byte of it, stays as it is; so the texts are read as Latin-1, whatever
 * their encoding. Pure.
 */

/** The fields of the entry with that name; undefined if there is none. */
export function lineOf(text: string, name: string): readonly string[] | undefined {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .find(([first]) => first === name);
}

/**
 * With one more entry, before those that only stand for a directory's (`+…`, `-…`): what follows them is
 * ignored.
 */
export function withLine(text: string, fields: readonly (string | number)[]): string {
  const lines = linesOf(text);
  const compat = lines.findIndex((line) => /^[+-]/.test(line));
  lines.splice(compat < 0 ? lines.length : compat, 0, fields.join(":"));
  return joined(lines);
}

export function withoutName(text: string, name: string): string {
  return joined(linesOf(text).filter((line) => line.split(":", 1)[0] !== name));
}

/** For group or gshadow: with the user among the group's members. */
export function withMember(text: string, group: string, user: string): string {
  return joined(
    linesOf(text).map((line) =>
      line.split(":", 1)[0] === group && !membersOf(line).includes(user)
        ? changedMembers(line, [...membersOf(line), user])
        : line,
    ),
  );
}

/** For group or gshadow: without the user in any group's list. */
export function withoutMember(text: string, user: string): string {
  return joined(
    linesOf(text).map((line) =>
      membersOf(line).includes(user)
        ? changedMembers(
            line,
            membersOf(line).filter((one) => one !== user),
          )
        : line,
    ),
  );
}

/** The user or group ids in a passwd or group text: its third field. */
export function idsIn(text: string): readonly number[] {
  return linesOf(text).flatMap((line) => {
    const id = line.split(":")[2] ?? "";
    return /^\d+$/.test(id) ? [Number(id)] : [];
  });
}

function membersOf(line: string): readonly string[] {
  return (line.split(":")[3] ?? "").split(",").filter((name) => name !== "");
}

function changedMembers(line: string, members: readonly string[]): string {
  return [...line.split(":").slice(0, 3), members.join(",")].join(":");
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
