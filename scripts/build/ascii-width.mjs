/**
 * Stands in for the package `string-width`, with which yargs measures help texts only: ours are ASCII, whose
 * width is their length. The package compiles Unicode's emoji tables at every start, which takes longer than
 * validating a profile.
 */
export default function stringWidth(text) {
  return text.length;
}
