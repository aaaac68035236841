import { type ComponentChild, h } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A picture of the program's own, put into the page as the document that it is. */
export function Picture({ svg }: { svg: string }): ComponentChild {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
    place.current?.replaceChildren(document.importNode(documentElement, true));
  }, [svg]);
  return h("div", { class: "picture", ref: place });
}
