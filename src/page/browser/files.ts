import { mebibyte } from "../../formats/units.js";
import { sizeLimits } from "../../host/size-limits.js";

/** Saves a text as a file of that name, by way of a `blob:` address, which nothing leaves the page by. */
export function download(name: string, text: string, type = "text/plain"): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 1000);
}

/** Whether the text is in the clipboard now; a browser may refuse it, or have none for a file. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Selects what is shown there, for whoever has to copy it by key or menu. */
export function select(place: HTMLElement | null): void {
  if (place === null) return;
  place.focus();
  getSelection()?.selectAllChildren(place);
}

/** More than any file that is taken over may have, in bytes: of a larger one no more is read. */
const most = sizeLimits.text + mebibyte;

export async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, most).arrayBuffer());
}

/** The files that are dropped on the page, or dragged over it. */
export function filesIn(event: DragEvent): readonly File[] {
  return [...(event.dataTransfer?.files ?? [])];
}
