const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text safe for a terminal: control and direction-changing characters (but line break and tab) shown as escapes. */
export function cleanText(text: string): string {
  return text.replace(controlCharacters, escaped);
}

/** The same for what stands in one line: the line break that an attacker puts into a file's name is no line of ours. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\t\n]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
