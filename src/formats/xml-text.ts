/** An element with text, or with other elements. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly content?: string | readonly XmlElement[];
}

/**
 * An XML 1.0 document in UTF-8. Names are written as they are; no text of a value can end its element or
 * attribute, or begin a section. What XML cannot hold, not even as a reference, becomes `\u001b`.
 */
export function xmlText(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementLines(root, "").join("\n")}\n`;
}

function elementLines(
  { name, attributes = {}, content = [] }: XmlElement,
  indent: string,
): readonly string[] {
  const values = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(value)}"`);
  const head = `${indent}<${name}${values.join("")}`;
  if (content.length === 0) return [`${head}/>`];
  if (typeof content === "string") return [`${head}>${contentText(content)}</${name}>`];
  return [
    `${head}>`,
    ...content.flatMap((child) => elementLines(child, `${indent}  `)),
    `${indent}</${name}>`,
  ];
}

/** Production 2 of XML 1.0, "Char", leaves these out. */
const forbidden = new RegExp(
  "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|" +
    "(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
  "g",
);

/** The sign that ends a section of CDATA may stand in no text (2.4), so every ">" is a reference. */
function contentText(text: string): string {
  return text
    .replace(forbidden, escaped)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

/** A reader would make a blank of each line break and tab in an attribute (3.3.3). */
function attributeText(value: string | number): string {
  return contentText(String(value)).replace(/["\n\t]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
