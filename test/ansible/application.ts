import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemPath } from "../../src/host/sandbox/sandbox-script.js";
import type { RunningHost } from "../support/hosts.js";
import { configFile } from "../support/provisioning.js";

/** Where it answers, on its host alone, as an application behind a proxy does. */
export const healthUrl = "http://localhost:5000/api/system/info";

const illFile = "/run/stand-in-application";

/** Answers as Amplia does; with status 503 as long as the client's configuration holds a text. */
const source = `
const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");
const textOf = (file) => { try { return readFileSync(file, "utf8"); } catch { return ""; } };
createServer((request, response) => {
  const ill = textOf("${illFile}");
  response.statusCode = request.url !== "/api/system/info" ? 404
    : ill !== "" && textOf("${configFile}").includes(ill) ? 503 : 200;
  response.end('{"productName":"Stand-in"}');
}).listen(5000, "127.0.0.1", () => console.log("listening"));
`;

/** What the unit of a host runs; it is gone with the host. */
export interface Application {
  /** From now on it is ill when the client's configuration holds this; undefined: never. */
  illWith(text: string | undefined): void;
}

/** Starts it, in the host's own network. */
export async function startApplication({ root, enter }: RunningHost): Promise<Application> {
  const [nsenter = "", ...inside] = enter;
  const child = spawn(nsenter, [...inside, process.execPath, "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: systemPath },
  });
  child.unref();
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", () => {
      resolve();
    });
    child.once("exit", (code) => {
      reject(new Error(`the application ended with ${code}`));
    });
  });
  return {
    illWith: (text) => {
      if (text === undefined) rmSync(root + illFile, { force: true });
      else writeFileSync(root + illFile, text);
    },
  };
}
