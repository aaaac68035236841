/** Permission bits as chmod(1) accepts them: 0640. Other bits of a stat are left out. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
