/**
 * Whether it is the name of a service's unit, as systemd.unit(5) has it; of a template only an instance is
 * one (`app@1.service`). The schema of profiles has the same pattern.
 */
export function isServiceUnit(name: string): boolean {
  return /^[A-Za-z0-9:_.@\\-]{1,247}\.service$/.test(name) && !isTemplate(name);
}

/** Whether it is the name of a template, of which only instances run. */
export function isTemplate(name: string): boolean {
  return name.endsWith("@.service");
}
