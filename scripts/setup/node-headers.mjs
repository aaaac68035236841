import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder whose `include/node` holds Node's headers, so that node-gyp need not download them: beside the
 * running Node (nodejs.org's archives, version managers, NodeSource), else the distribution's libnode-dev.
 * The addon uses Node-API alone, whose ABI does not change with Node's version, so libnode-dev may be older
 * than the Node that runs.
 */
export function nodeHeaders() {
  const beside = dirname(dirname(realpathSync(process.execPath)));
  return [beside, "/usr"].find((prefix) =>
    ["node_api.h", "common.gypi"].every((file) => existsSync(join(prefix, "include/node", file))),
  );
}
