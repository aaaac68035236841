import type { Stage } from "../../src/host/stage/stage.js";
import { Staging } from "../../src/workflow/staging.js";
import { MemoryHost } from "./memory-host.js";

/** Stages of a host in memory: copies of it, kept for a look at them. */
export function memoryStaging(host: MemoryHost): {
  staging: Staging;
  stages: MemoryHost[];
  closed: () => number;
} {
  const stages: MemoryHost[] = [];
  let closed = 0;
  const open = (): Promise<Stage> => {
    const copy = Object.assign(new MemoryHost({}), { accounts: host.accounts });
    for (const [path, node] of host.nodes) copy.nodes.set(path, node);
    stages.push(copy);
    return Promise.resolve({
      host: copy,
      opened: 0,
      opener: "/nonexistent",
      layers: [],
      runWalled: () => Promise.reject(new Error("no commands in memory")),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    });
  };
  return { staging: new Staging(open), stages, closed: () => closed };
}
