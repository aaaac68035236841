/** A key that a profile may have, as a path (`users.NAME.pin`), what the schema says of it, and its type. */
export interface ProfileKey {
  readonly path: string;
  readonly description: string;
  readonly holds: string;
}
export function profileKeys(schema: unknown): readonly ProfileKey[];
