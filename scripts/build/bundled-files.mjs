import { relative } from "node:path";

const root = `${import.meta.dirname}/../..`;
/** Of each generated module, the files that it was bundled from. */
const madeFrom = new Map();
/** What is bundled into dist/. */
const bundled = new Set();

/** The files of which something is in the outputs, from the clone's folder, without what plugins make up. */
function filesIn({ outputs }) {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && !/^[\w-]+:|^<stdin>$/.test(file))
    .map(([file]) => relative(root, file));
}

/** Notes what the bundler puts into dist/. */
export const noteBundled = notingIn(bundled);

/** A plugin that adds the files to the set. Only what is in an output counts, not what was read for it. */
export function notingIn(files) {
  return {
    name: "note-bundled",
    setup({ initialOptions, onEnd }) {
      initialOptions.metafile = true;
      onEnd(({ metafile }) => {
        for (const file of metafile === undefined ? [] : filesIn(metafile)) files.add(file);
      });
    },
  };
}

/** Notes what a module in src/generated was bundled from; it counts if that module is bundled. */
export function noteGenerated(module, metafile) {
  madeFrom.set(module, filesIn(metafile));
}

/** Every file of which something is in dist/, from the clone's folder, in order. */
export function bundledFiles() {
  return [...new Set([...bundled].flatMap((file) => [file, ...(madeFrom.get(file) ?? [])]))].sort();
}
