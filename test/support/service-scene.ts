import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { forgetful } from "../../src/pkcs11/refused-pins/refused-pins.js";
import { path } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { problemCodes } from "../../src/problem/codes.js";
import { loadProfile } from "../../src/profile/load-profile.js";
import { allSteps } from "../../src/steps/index.js";
import { applyPlan, type RunResult } from "../../src/workflow/apply.js";
import { makePlan, type Plan } from "../../src/workflow/plan.js";
import { Staging } from "../../src/workflow/staging.js";
import type { StepInput } from "../../src/workflow/step.js";
import { knetctlJson } from "./knetctl.js";
import { configFile } from "./provisioning.js";
import { standInService, type StandInService } from "./stand-in-service.js";
import { moduleLibrary } from "./vendor-archive.js";

export const unit = "amplia.service";

export interface ServiceScene {
  readonly service: StandInService;
  readonly application: Application;
  /** Where the application answers. */
  readonly health: string;
  /** Profiles that differ in what config.json holds. */
  readonly quiet: string;
  readonly info: string;
  stop(): void;
}

/**
 * The application, which reads its settings when it starts: with the new ones (`info`) it does not answer, or
 * answers that it is not well.
 */
export interface Application {
  bad: 500 | "silence" | undefined;
  /** True: it reads them as soon as they are written. */
  readsAtOnce: boolean;
}

/** A host with the module and no client, and a unit that never ran; for test files that run in a sandbox. */
export async function serviceScene(): Promise<ServiceScene> {
  const folder = "/root/service-restart";
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync("/usr/local/lib/libkNETPKCS11.so", moduleLibrary(`${folder}/build`), { mode: 0o644 });
  execFileSync("ldconfig");
  const service = standInService({ isUp: false });
  const application: Application = { bad: undefined, readsAtOnce: false };
  const server = applicationServer(service, application);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const health = `http://localhost:${(server.address() as AddressInfo).port}/api/system/info`;
  return {
    service,
    application,
    health,
    quiet: profile(folder, "quiet"),
    info: profile(folder, "info"),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function profile(folder: string, verbosity: string): string {
  const file = `${folder}/${verbosity}.yaml`;
  writeFileSync(
    file,
    `connections:
  hsm_1:
    endpoints: [{ ip: 192.0.2.1, port: 60161 }]
users:
  ca_signer: { connection: hsm_1, pin: { file: ${folder}/pin } }
log_verbosity: ${verbosity}
service: { user: amplia, group: amplia, home: /var/amplia, create: true, unit: ${unit} }
`,
  );
  return file;
}

function applicationServer(service: StandInService, application: Application) {
  const read = { start: "", isNew: false };
  return createServer((_request, response) => {
    const isNew =
      service.start() === read.start && !application.readsAtOnce
        ? read.isNew
        : existsSync(configFile) && readFileSync(configFile, "utf8").includes("info");
    Object.assign(read, { start: service.start(), isNew });
    if (isNew && application.bad === "silence") return;
    response
      .writeHead(isNew && application.bad !== undefined ? 500 : 200)
      .end('{"productName":"Amplia","productVersion":"4.9.0"}');
  });
}

export interface Ran extends RunResult {
  readonly exitCode: number;
  readonly reports: readonly string[];
}

/** What `plan` and `apply` have before them, with what a profile says of the service besides the unit. */
async function inputOf(
  file: string,
  service: { startTimeoutSeconds: number; health?: string },
): Promise<StepInput> {
  const { profile } = await loadProfile(file, path("/"));
  if (profile === undefined) throw new Error("the profile is not valid");
  return { host: realHost(path("/")), profile: { ...profile, service: { ...profile.service, ...service } } };
}

const steps = allSteps({
  smokeTest: { worker: path("/nonexistent"), timeoutMs: 0, refusedPins: forgetful },
  secrets: new Map(),
  callers: new Set([0]),
  restart: true,
});

/** What `plan` finds. */
export async function planned(file: string): Promise<Plan> {
  return makePlan(steps, await inputOf(file, { startTimeoutSeconds: 60 }));
}

/** `apply --no-smoke-test`, where the proof is not asked for. */
export async function applied(
  file: string,
  {
    seconds = 60,
    signal = new AbortController().signal,
    health: url,
    prove = false,
  }: { seconds?: number; signal?: AbortSignal; health?: string; prove?: boolean } = {},
): Promise<Ran> {
  const input = await inputOf(file, {
    startTimeoutSeconds: seconds,
    ...(url !== undefined && { health: url }),
  });
  const reports: string[] = [];
  const staging = Staging.of(input.host, signal);
  try {
    const result = await applyPlan(
      await makePlan(steps, input),
      { ...input, staging },
      {
        rollback: true,
        prove,
        signal,
        profile: file,
        who: "root",
        version: "0.1.0",
        listener: (event) => {
          if (event.type === "change-report") reports.push(event.text);
        },
      },
    );
    const [first] = result.problems.filter(({ severity }) => severity === "error");
    return { ...result, exitCode: first === undefined ? 0 : problemCodes[first.code], reports };
  } finally {
    await staging.close();
  }
}

/** The lines of a run's journal in short: `intent 1`. */
export function entriesOf(run: string | null): readonly string[] {
  const lines = readFileSync(`/var/lib/knetctl/runs/${run}/journal.jsonl`, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; number?: number });
  return lines.map(({ type, number }) => (number === undefined ? type : `${type} ${number}`));
}

/** What `verify --no-smoke-test` says. */
export async function verified(file: string) {
  const { exitCode, document } = await knetctlJson(["verify", "--no-smoke-test", file]);
  return {
    exitCode,
    kinds: document.changes.map(({ kind }) => kind),
    codes: document.problems.map(({ code }) => code),
  };
}
