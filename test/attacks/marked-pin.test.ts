import t from "tap";
import { markedPin } from "../support/marked-pin.js";

const writings: Readonly<Record<string, (text: string) => Buffer>> = {
  "the text": (text) => Buffer.from(text),
  "the text backwards": (text) => Buffer.from(text).reverse(),
  hexadecimal: (text) => Buffer.from(Buffer.from(text).toString("hex")),
  "hexadecimal, in capitals": (text) => Buffer.from(Buffer.from(text).toString("hex").toUpperCase()),
  "UTF-16, little endian": (text) => Buffer.from(text, "utf16le"),
  "UTF-16, big endian": (text) => Buffer.from(text, "utf16le").swap16(),
  "UTF-16, as a trace writes it": (text) => Buffer.from(text.replaceAll(/(?<=.)(?=.)/g, "\\0")),
  "character codes": (text) => Buffer.from(Buffer.from(text).join(",")),
  base64: (text) => Buffer.from(Buffer.from(text).toString("base64")),
};

for (const [what, written] of Object.entries(writings)) {
  t.test(`half of a marked PIN is found wherever it begins: ${what}`, (t) => {
    const pin = markedPin("plain");
    const mark = pin.text.slice("plain".length);
    t.equal(mark.length, 24);
    for (const half of [mark.slice(0, 12), mark.slice(12)])
      for (let before = 0; before < 40; before++) {
        const bytes = written(`${".".repeat(before)}${half}`);
        for (const end of ["", "and more"])
          if (!pin.formsIn(Buffer.concat([bytes, Buffer.from(end)])).some((name) => name.startsWith(what)))
            t.fail(`after ${before} characters, before "${end}"`);
      }
    // with no bits of a letter or digit where one is missing: base64 shows some of a byte's alone
    t.strictSame(pin.formsIn(written(`${mark.slice(0, 11)}\0${mark.slice(13)}`)), []);
    t.end();
  });
}
