import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import type { TokenReport } from "../../pkcs11/report.js";
import type { ServiceUnit } from "../../pkcs11/unit/service-unit.js";
import type { AccountTestRequest, UnitTestRequest } from "../../pkcs11/unit/test-in-unit.js";
import { isError, type Problem } from "../../problem/problem.js";
import type { Secret } from "../../problem/secret.js";
import { serviceVariables } from "../../profile/service-variables.js";
import type { ServiceAccount } from "../../profile/types.js";
import { type ServiceShoes, serviceShoes, variablesOf } from "../../members/service-shoes.js";
import { unitToTestIn } from "../../pkcs11/unit/unit-to-test-in.js";
import type { TokenToTest } from "./user-login.js";

export interface TestOptions extends Pick<UnitTestRequest, "refusedPins"> {
  /** dist/pkcs11-worker.cjs */
  readonly worker: AbsolutePath;
  /** For one token. */
  readonly timeoutMs: number;
}

export interface ServiceTestsInput {
  readonly service: ServiceAccount;
  /** Whose service manager has the unit. */
  readonly host: Host;
  /** Where the changes have been made: the host, or a stage of it. */
  readonly where: Host;
  /** `StepInput.unit` */
  readonly unit?: (() => Promise<LoadedUnit | undefined>) | undefined;
  readonly signal: AbortSignal;
  /** What is demanded of each test; left out where nothing is logged in. */
  readonly proof?: NonNullable<UnitTestRequest["proof"]>;
}

/**
 * Tests of tokens in processes like the service's. In a stage, they have the account, the groups and the
 * environment that the unit says: what else it does to its processes cannot be had there. On the host they
 * are started by the service manager as the service is, if that makes a difference.
 */
export class ServiceTests {
  readonly #options: TestOptions;
  readonly #input: ServiceTestsInput;
  readonly #loaded: LoadedUnit | undefined;
  readonly #unit: ServiceUnit | undefined;
  readonly #problems: Problem[];
  #shoes: Promise<ServiceShoes> | undefined;

  private constructor(
    options: TestOptions,
    input: ServiceTestsInput,
    loaded: LoadedUnit | undefined,
    unit: ServiceUnit | undefined,
    problems: readonly Problem[],
  ) {
    this.#options = options;
    this.#input = input;
    this.#loaded = loaded;
    this.#unit = unit;
    this.#problems = [...problems];
  }

  /** Asks for the unit's settings. Throws `service-state-unknown`. */
  static async of(options: TestOptions, input: ServiceTestsInput): Promise<ServiceTests> {
    const { host, where } = input;
    const loaded = await input.unit?.();
    const found = where === host ? unitToTestIn(host, loaded) : { instead: [] };
    return "unit" in found
      ? new ServiceTests(options, input, loaded, found.unit, [])
      : new ServiceTests(options, input, loaded, undefined, found.instead);
  }

  /** Whether they run in the service's unit. */
  get areInUnit(): boolean {
    return this.#unit !== undefined;
  }

  /** What was found about the unit: properties that are in the way, and what was not tried. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** The smoke test of a token, with a login if a PIN is given. Throws a Problem if it could not be made. */
  readonly test = async (token: TokenToTest, pin: Secret | undefined): Promise<TokenReport> => {
    const { where } = this.#input;
    const request = this.#requestOf(token, pin);
    const inUnit = this.#unit && (await this.#inUnit(this.#unit, request, token));
    if (inUnit !== undefined) return inUnit;
    // an account that exists only in the unit is not missed where the test is made there
    this.#shoes ??= serviceShoes(where, this.#input.service, this.#loaded);
    const like = { ...request, ...(await this.#shoes), enter: where.enter };
    if (this.#loaded !== undefined) return this.#asAccount(this.#loaded, like, token);
    const { smokeTest } = await import("../../pkcs11/test-token.js");
    return smokeTest(like);
  };

  async #asAccount(
    loaded: LoadedUnit,
    request: Omit<AccountTestRequest, "addresses">,
    { addresses = [] }: TokenToTest,
  ): Promise<TokenReport> {
    const [{ testAsAccount }, { serviceUnit }] = await Promise.all([
      import("../../pkcs11/unit/test-in-unit.js"),
      import("../../pkcs11/unit/service-unit.js"),
    ]);
    const unit = serviceUnit(this.#input.host, loaded);
    const { report, problems } = await testAsAccount(unit, { ...request, addresses });
    const failure = problems.find(isError);
    if (report === undefined) throw failure ?? new Error("neither a report nor a problem");
    this.#tell(problems);
    return report;
  }

  /** Undefined: it could not be tried there, which is not a failure. */
  async #inUnit(
    unit: ServiceUnit,
    request: Omit<UnitTestRequest, "addresses">,
    { addresses = [] }: TokenToTest,
  ): Promise<TokenReport | undefined> {
    const { testInUnit } = await import("../../pkcs11/unit/test-in-unit.js");
    const { report, problems } = await testInUnit(unit, { ...request, addresses });
    const failure = problems.find(isError);
    if (report === undefined && failure !== undefined) throw failure;
    this.#tell(problems);
    return report;
  }

  /** What is said of the unit is the same for every token. */
  #tell(problems: readonly Problem[]): void {
    const told = new Set(this.#problems.map(({ message }) => message));
    this.#problems.push(...problems.filter(({ message }) => !told.has(message)));
  }

  #requestOf(
    { module, token, endpoints }: TokenToTest,
    pin: Secret | undefined,
  ): Omit<UnitTestRequest, "addresses"> {
    const { refusedPins, timeoutMs, worker } = this.#options;
    const { service, signal, proof } = this.#input;
    const environment = serviceVariables(service, this.#loaded);
    const variables = variablesOf(service, this.#loaded);
    const named = { module, token, ...(endpoints && { endpoints }), ...(proof && { proof }) };
    return { ...named, pin, refusedPins, environment, variables, timeoutMs, workerPath: worker, signal };
  }
}
