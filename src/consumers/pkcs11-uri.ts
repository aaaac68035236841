/** What a PKCS #11 URI names (RFC 7512). */
export interface Pkcs11Parts {
  readonly token?: string;
  readonly object?: string | undefined;
  readonly type?: "private" | "public" | "cert";
  /** The file that holds the PIN. */
  readonly pinFile?: string | undefined;
  readonly module?: string;
}

/** The URI; every character that could mean something in it, or to a shell, is percent-encoded. */
export function pkcs11Uri({ token, object, type, pinFile, module }: Pkcs11Parts): string {
  const path = [
    ...(token === undefined ? [] : [`token=${encoded(token)}`]),
    ...(object === undefined ? [] : [`object=${encoded(object)}`]),
    ...(type === undefined ? [] : [`type=${type}`]),
  ];
  const query = [
    ...(module === undefined ? [] : [`module-path=${encodedPath(module)}`]),
    ...(pinFile === undefined ? [] : [`pin-source=file:${encodedPath(pinFile)}`]),
  ];
  return `pkcs11:${path.join(";")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** All but the unreserved characters of RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodedPath(path: string): string {
  return path.split("/").map(encoded).join("/");
}
