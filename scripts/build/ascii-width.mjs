/**
 * Stands in for the package `string-width` below yargs, which measures help texts only: ours are ASCII, where
 * the width is the length. The package compiles Unicode's emoji tables at every start, which takes longer
 * than validating a profile.
 */
export default function stringWidth(text) {
  return text.length;
}
