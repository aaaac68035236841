/**
 * Whether Docker Compose's `env_file` gives the value that `docker run --env-file` gives. Compose reads the
 * same file by other rules: it puts variables in, takes quotes off, and drops blanks at the ends and what
 * stands behind ` #` (Compose's documentation of env files).
 */
export function composeReadsAlike(value: string): boolean {
  return !/\$|^["']|^#|\s#|^\s|\s$/.test(value);
}
