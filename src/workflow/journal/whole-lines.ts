const lineBreak = 0x0a;

/**
 * The lines of a journal that were written whole. Each line is on the disk before the next one is begun, so
 * that a power cut can tear but the last: it has no end then, or zeros where a block did not reach the disk,
 * which JSON never has. What it was to tell had not been done, or is looked for on the host.
 */
export function wholeLines(content: Buffer): Buffer {
  const ended = content.subarray(0, content.lastIndexOf(lineBreak) + 1);
  const last = ended.length < 2 ? 0 : ended.lastIndexOf(lineBreak, ended.length - 2) + 1;
  return ended.includes(0, last) ? ended.subarray(0, last) : ended;
}
