import { unlinkSync } from "node:fs";
import type { Host } from "../../../host/host.js";
import { type AbsolutePath, asAbsolutePath, folderOf, path as literal } from "../../../host/path.js";
import { rootsFile, rootsFolder } from "../../../host/rights.js";
import { Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import { writeNew } from "../new-file.js";
import { pinFileOf } from "./questions/users.js";
import type { Scene } from "./scene.js";
import { credentialName } from "./wizard-profile.js";

/** A PIN that was typed, and what becomes of it. */
export interface TypedPin {
  readonly user: string;
  readonly pin: Secret;
  readonly keep: "file" | "credential";
}

/** Where systemd looks for encrypted credentials (systemd.exec(5)). */
const credentialStore = literal("/etc/credstore.encrypted");
const encryptMs = 30_000;

/**
 * Writes the profile to a new file, and the PINs to where it says they are; returns the files. If one cannot
 * be written, those that were made before it are removed again, and the Problem is thrown.
 */
export async function writeAnswers(
  file: string,
  text: string,
  pins: readonly TypedPin[],
  scene: Scene,
): Promise<readonly string[]> {
  const takeBack: (() => void)[] = [];
  const written = [file];
  try {
    writeNew(file, text);
    takeBack.push(() => {
      unlinkSync(file);
    });
    for (const pin of pins) written.push(await keepPin(pin, scene, takeBack));
    return written;
  } catch (error) {
    for (const one of takeBack.reverse()) one();
    throw error;
  }
}

async function keepPin(typed: TypedPin, scene: Scene, takeBack: (() => void)[]): Promise<string> {
  if (typed.keep === "credential") return keepCredential(typed, scene.host, takeBack);
  const file = pinFileOf(scene, typed.user);
  const text = `${typed.pin.reveal()}\n`;
  const path = asAbsolutePath(file);
  if (!scene.isRoot || path === undefined) {
    writeNew(file, text, `the PIN of ${typed.user}`);
    takeBack.push(() => {
      unlinkSync(file);
    });
  } else keepFile(scene.host, path, Buffer.from(text), takeBack);
  return file;
}

/** Root's own file in root's own folder; what stood there before is replaced. */
function keepFile(host: Host, path: AbsolutePath, bytes: Buffer, takeBack: (() => void)[]): void {
  const files = host.files();
  const folder = folderOf(path);
  const isFolderNew = files.entry(folder) === undefined;
  const before = isFolderNew ? undefined : files.read(path);
  if (isFolderNew) {
    files.createFolder(folder, rootsFolder);
    takeBack.push(() => {
      files.removeFolder(folder);
    });
  }
  files.write(path, bytes, rootsFile);
  takeBack.push(() => {
    const entry = files.entry(path);
    if (before !== undefined) files.write(path, before, rootsFile);
    else if (entry !== undefined) files.remove(path, entry);
  });
}

async function keepCredential(
  { user, pin }: TypedPin,
  host: Host,
  takeBack: (() => void)[],
): Promise<string> {
  const name = credentialName(user);
  const path = asAbsolutePath(`${credentialStore}/${name}`);
  if (path === undefined) throw new Error("the name of a credential is not a file's name");
  refuseExisting(host, path);
  const { exitCode, stdout, stderr } = await host.commands.run({
    program: "systemd-creds",
    args: ["encrypt", `--name=${name}`, "-", "-"],
    input: pin.reveal(),
    timeoutMs: encryptMs,
  });
  if (exitCode !== 0 || stdout === "")
    throw new Problem("init-cannot-write", `the credential of ${user} could not be encrypted`, {
      detail: stderr.trim().slice(0, 500),
      hint: "choose a file instead, or look at systemd-creds has-tpm2",
    });
  keepFile(host, path, Buffer.from(stdout), takeBack);
  return path;
}

/** Unlike a PIN's file, whose question says that it is replaced: a credential may be any unit's. */
function refuseExisting(host: Host, path: AbsolutePath): void {
  const files = host.files();
  if (files.entry(folderOf(path)) === undefined || files.entry(path) === undefined) return;
  throw new Problem("init-cannot-write", "there is already a credential with this name", {
    where: { path },
    hint: "find out which unit uses it and move it away, or choose a file for the PIN",
  });
}
