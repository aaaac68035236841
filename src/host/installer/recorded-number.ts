/** Whether what a record gives for a mode or an id can be one; JSON's 1e999 is a number too. */
export function isRecordedNumber(json: unknown): json is number {
  return typeof json === "number" && Number.isInteger(json) && json >= 0 && json < 0xffff_ffff;
}
