import { test } from "tap";
import { xmlText } from "../../src/formats/xml-text.js";

test("elements with text, with others and with nothing, each in its line", (t) => {
  t.equal(
    xmlText({
      name: "a",
      attributes: { b: 1, c: "d" },
      content: [{ name: "e", content: "f\ng" }, { name: "h" }],
    }),
    '<?xml version="1.0" encoding="UTF-8"?>\n<a b="1" c="d">\n  <e>f\ng</e>\n  <h/>\n</a>\n',
  );
  t.end();
});

test("no value ends its element, attribute or section, or is changed by a reader", (t) => {
  t.match(
    xmlText({ name: "a", attributes: { b: `"'<&>\n\t\r` }, content: `]]><!-- &amp; "\r\n` }),
    `<a b="&quot;'&lt;&amp;&gt;&#10;&#9;&#13;">]]&gt;&lt;!-- &amp;amp; "&#13;\n</a>`.replace(
      "&quot;",
      "&#34;",
    ),
  );
  t.end();
});

test("what XML cannot hold is shown as an escape; a whole pair of surrogates is left", (t) => {
  t.match(
    xmlText({ name: "a", content: "\u0000\u001b\u000c\ufffe\uffff\ud800x\udc00 \u{1f600}\u0085" }),
    "<a>\\u0000\\u001b\\u000c\\ufffe\\uffff\\ud800x\\udc00 \u{1f600}\u0085</a>",
  );
  t.end();
});
