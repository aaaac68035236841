import { test } from "tap";
import { opened } from "../../src/page/browser/opening.js";

test("a file that cannot be read says so, an error of the page says that it is one", async (t) => {
  const gone = Object.assign(new File(["x"], "gone.yaml"), {
    slice: () => {
      throw new DOMException("gone", "NotFoundError");
    },
  });
  const unread = await opened([gone], new Map());
  t.match(unread.notices, [{ isBad: true, file: "gone.yaml", lines: [] }]);
  const fails = () => {
    throw new TypeError("x is not a function");
  };
  const data = Object.assign(new Map<string, never>(), {
    get: fails,
    entries: fails,
    [Symbol.iterator]: fails,
  });
  const taken = await opened(
    [new File(['{"connections":{"a":{"ip":"10.0.0.1","port":"1"}}}'], "config.json")],
    data,
  );
  t.match(taken.notices, [
    {
      isBad: true,
      lines: [{ text: /^internal error in knetctl.*: TypeError: x is not/, hint: /^report this/ }],
    },
  ]);
});
