// In a sandbox: opens a stage of it and closes it, again and again, and prints the time that takes.
import { pathToFileURL } from "node:url";
import { medians } from "./sample.mjs";

const files = JSON.parse(process.argv[2]);
const { openStage } = await import(pathToFileURL(files.stage));
const { realHost } = await import(pathToFileURL(files.host));

const ms = await medians(
  {
    stage: async () => {
      const start = performance.now();
      const stage = await openStage(realHost("/"));
      await stage.close();
      return performance.now() - start;
    },
  },
  { rounds: 15 },
);
process.stdout.write(JSON.stringify({ ms: ms.stage }));
