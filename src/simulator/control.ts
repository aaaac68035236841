import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord, parsedJson, textOf } from "../formats/json/json-values.js";
import { Problem } from "../problem/problem.js";
import { errorCode } from "../problem/thrown.js";
import type { Vhsm } from "./vhsm.js";

/** What a running simulator can be told to do with one of its members. */
export type MemberOrder = "stop" | "start";

/** A socket in the cluster's state folder, by which only its own user (and root) can give orders. */
const socketName = "control.socket";
const temporaryFolder = /^knet-simulator-/;

/** Obeys orders until it is closed. Throws `simulator-start-failed` if the socket cannot be made. */
export async function obeyOrders(folder: string, members: readonly Vhsm[]): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    void answered(socket, members);
  });
  const path = join(folder, socketName);
  await removeStale(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new Problem("simulator-start-failed", "the socket for its orders cannot be made", {
          where: { path },
          hint: "name a folder in which no other simulator is running, with a path of fewer than 100 bytes",
          cause,
        }),
      );
    });
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return server;
}

/** What a simulator that was killed left behind: nobody listens there. */
async function removeStale(path: string): Promise<void> {
  const socket = connect(path);
  const code = await new Promise<string>((resolve) => {
    socket.once("connect", () => {
      resolve("");
    });
    socket.once("error", (error) => {
      resolve(errorCode(error) ?? "");
    });
  });
  socket.destroy();
  if (code === "ECONNREFUSED") await rm(path, { force: true });
}

async function answered(socket: Socket, members: readonly Vhsm[]): Promise<void> {
  const order = parsedJson(await heard(socket).catch(() => ""));
  socket.end(JSON.stringify(await obeyed(order, members)));
}

/** All that the other side says; unlike reading it as a stream, that leaves the socket open for an answer. */
function heard(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      said += text;
    });
    socket.once("end", () => {
      resolve(said);
    });
    socket.once("error", reject);
  });
}

async function obeyed(order: unknown, members: readonly Vhsm[]): Promise<object> {
  if (!isRecord(order)) return { error: "that is not a command for the simulator" };
  const number = Number(order["member"]);
  const member = members[number - 1];
  if (member === undefined)
    return { error: `there is no member ${number}; there are 1 to ${members.length}` };
  try {
    await member.setDown(order["order"] === "stop" ? "refuse" : "up");
    return { member: number };
  } catch (error) {
    return { error: error instanceof Problem ? error.message : "it failed" };
  }
}

/**
 * Gives an order to the simulator of this state folder, or to the only one that this user has started without
 * one. Throws `simulator-not-running`, or `simulator-arguments-invalid` for a member that it does not have.
 */
export async function giveOrder(order: MemberOrder, member: number, folder?: string): Promise<void> {
  const answer = parsedJson(await said(join(folder ?? (await onlyFolder()), socketName), { order, member }));
  const error = isRecord(answer) ? textOf(answer["error"]) : "it did not answer";
  if (error !== "")
    throw new Problem(
      "simulator-arguments-invalid",
      `member ${member} cannot be ${order === "stop" ? "stopped" : "started"}`,
      {
        detail: error,
        hint: "members are counted from 1, in the order in which simulator start printed them",
      },
    );
}

async function said(path: string, order: object): Promise<string> {
  const socket = connect(path);
  socket.end(JSON.stringify(order));
  try {
    return await heard(socket);
  } catch (cause) {
    throw new Problem("simulator-not-running", "no simulator is running there", {
      where: { path },
      hint: "start one with knetctl simulator start, and give the same --state here as there",
      cause,
    });
  }
}

/** Folders that others have made have nothing to say. */
async function onlyFolder(): Promise<string> {
  const places = (await readdir(tmpdir())).filter((name) => temporaryFolder.test(name));
  const own = [];
  for (const place of places.map((name) => join(tmpdir(), name))) {
    const stats = await lstat(place).catch(() => undefined);
    const socket = await lstat(join(place, socketName)).catch(() => undefined);
    if (stats?.isDirectory() === true && stats.uid === process.geteuid?.() && socket?.isSocket() === true)
      own.push(place);
  }
  const [folder, another] = own;
  if (folder !== undefined && another === undefined) return folder;
  throw new Problem(
    "simulator-not-running",
    folder === undefined
      ? "no simulator of this user is running"
      : "several simulators of this user are running",
    {
      ...(folder !== undefined && { detail: own.join(", ") }),
      hint:
        folder === undefined
          ? "start one with knetctl simulator start; one that has a --state is found by the same --state"
          : "give the state folder of the simulator that is meant with --state",
    },
  );
}
