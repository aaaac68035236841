import t from "tap";
import { mkdtempSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { halveWrites, sweepFaults } from "../support/fault-sweep.js";
import { faultyProgram } from "../support/faulty-calls.js";
import { settledHost } from "../support/sweep-scenes.js";

await ensureSandbox(import.meta.filename);

const folder = mkdtempSync("/dev/shm/knetctl-sweep-");
const program = faultyProgram(folder);
const scene = settledHost(t, folder);

t.test("50: faults at the calls of an apply on a host with other settings, owners and modes", (t) =>
  sweepFaults(t, program, scene),
);
t.test(
  "50: when every write takes half of what is asked for, an apply on a host with other settings, " +
    "owners and modes ends as ever",
  (t) => halveWrites(t, program, scene),
);
