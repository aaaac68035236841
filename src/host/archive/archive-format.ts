import { Problem } from "../../problem/problem.js";

export type ArchiveFormat = "tar" | "gzip" | "xz";

const magics: readonly (readonly [hex: string, format: ArchiveFormat | undefined, name: string])[] = [
  ["1f8b", "gzip", "gzip"],
  ["fd377a585a00", "xz", "xz"],
  ["504b0304", undefined, "a zip archive"],
  ["425a68", undefined, "compressed with bzip2"],
  ["28b52ffd", undefined, "compressed with zstd"],
  ["377abcaf271c", undefined, "a 7z archive"],
  ["213c617263683e0a", undefined, "a Debian package or static library"],
  ["edabeedb", undefined, "an RPM package"],
  ["7f454c46", undefined, "an ELF program or library"],
];

/**
 * What the first bytes of a file (512 suffice) say it is. The name's ending does not count: it may say
 * anything. Throws `archive-not-tar` with what it looks like instead.
 */
export function archiveFormat(head: Buffer, archive: string): ArchiveFormat {
  const known = magics.find(([hex]) => head.subarray(0, hex.length / 2).equals(Buffer.from(hex, "hex")));
  if (known?.[1] !== undefined) return known[1];
  if (known !== undefined)
    throw notTar(archive, `it is ${known[2]}`, "get the archive for Linux: .tar, .tar.gz or .tar.xz");
  if (looksLikeTar(head)) return "tar";
  if (/^[\s\uFEFF]*<(!doctype|html|\?xml|head|body|error)/i.test(head.toString("utf8")))
    throw notTar(
      archive,
      "it is a web page",
      "the download gave a login or error page; open the file in an editor to read it, then download again",
    );
  // never quoted: a wrong path may lead to a secret
  throw notTar(
    archive,
    looksLikeText(head) ? "it is a text file" : "its first bytes are not those of a tar, gzip or xz file",
    "check that module.archive names the vendor's archive, and get it again if it does",
  );
}

function notTar(archive: string, detail: string, hint: string): Problem {
  return new Problem("archive-not-tar", "the file is not a tar archive", {
    where: { path: archive },
    detail,
    hint,
  });
}

function looksLikeText(head: Buffer): boolean {
  return head.length > 0 && head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}

/** The header's own checksum: the sum of its 512 bytes, its own field counted as blanks (POSIX ustar). */
function looksLikeTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  const stored = Number.parseInt(head.toString("latin1", 148, 156).replace(/\0.*$/, "").trim(), 8);
  const sum = head
    .subarray(0, 512)
    .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === stored || head.subarray(0, 512).every((byte) => byte === 0);
}
