/**
 * For a shell: `row SOURCE TARGET TYPE OPTIONS` adds a row of fstab(5) to $rows, and `table FILE FOLDER`
 * mounts the rows in a file by one process instead of one for each. They are relative to the folder and are
 * not resolved (`-c`), so that mount(8) takes none of them for something that is mounted already; if it
 * passed over one nevertheless, this fails. Names are as `inTable` writes them.
 */
export const tableFunctions = `rows=
row() { rows="$rows$1 $2 $3 $4
"; }
table() {
  said=$(cd "$2/" && exec mount -n -c -v -a -T "$1")
  case $said in *": ignored"*|*": already mounted"*) echo "$said" >&2; return 1 ;; esac
}`;

/**
 * As a field of fstab(5), which a blank ends and in which a backslash begins three octal digits: what would
 * end it, or might be taken for a comment or a quotation, is written as such.
 */
export function inTable(name: string): string {
  return name.replace(/[\s\\#"']/g, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  );
}
