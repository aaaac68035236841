/**
 * A URL as it may be shown: without user, password, query and fragment, which can hold secrets. What is no
 * URL is not shown at all.
 */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return "the URL";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
