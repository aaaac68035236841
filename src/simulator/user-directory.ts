import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "../problem/secret.js";

/**
 * A user as a simulated cluster knows it. `vco` is a virtual crypto officer: it may not use the PKCS #11
 * client.
 */
export interface SimulatedUser {
  readonly name: string;
  readonly pin: Secret;
  readonly role: "regular" | "vco";
}

/** A user's status; the numbers are sent over the network (installers/simulator/module/knet.h). */
export const userStates = { good: 1, countLow: 2, finalTry: 3, locked: 4, unknown: 5, officer: 6 } as const;
export type UserState = (typeof userStates)[keyof typeof userStates];

/** The users of a cluster and their wrong passwords, which all members count together. */
export class UserDirectory {
  readonly #users: ReadonlyMap<string, SimulatedUser>;
  readonly #wrong = new Map<string, number>();
  readonly #attempts: number;

  /** `attempts` wrong passwords in a row lock a user. */
  constructor(users: readonly SimulatedUser[], attempts: number) {
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#attempts = attempts;
  }

  /** Whether the password is the user's and the user is not locked. A wrong one is counted. */
  logIn(name: string, password: string): boolean {
    const user = this.#users.get(name);
    const right = equal(password, user?.pin.reveal() ?? "") && user !== undefined;
    if (user === undefined || this.#left(name) <= 0) return false;
    this.#wrong.set(name, right ? 0 : (this.#wrong.get(name) ?? 0) + 1);
    return right;
  }

  state(name: string): UserState {
    const user = this.#users.get(name);
    if (user === undefined) return userStates.unknown;
    const left = this.#left(name);
    if (left <= 0) return userStates.locked;
    if (user.role === "vco") return userStates.officer;
    if (left === 1) return userStates.finalTry;
    return left < this.#attempts ? userStates.countLow : userStates.good;
  }

  /** What a VHSM's administrator does for a locked user. */
  unlock(name: string): void {
    this.#wrong.delete(name);
  }

  #left(name: string): number {
    return this.#attempts - (this.#wrong.get(name) ?? 0);
  }
}

/** Takes a time that does not depend on where the texts differ. */
function equal(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
