import { fieldsOf, isRecord } from "../../formats/json/json-values.js";
import { asAbsolutePath, type AbsolutePath } from "../../host/path.js";
import { type ServiceAccount, defaultStartTimeoutSeconds } from "../../profile/types.js";

/** What the record keeps of a service: as what its consumers' clients run. No secrets. */
export interface RecordedService {
  readonly group: string;
  readonly home?: AbsolutePath;
  readonly unit?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** For the record, of the service that a profile has. */
export function recordedService({ group, home, unit, environment }: ServiceAccount): RecordedService {
  return {
    group,
    ...(home !== undefined && { home }),
    ...(unit !== undefined && { unit }),
    ...(environment !== undefined &&
      environment.size > 0 && { environment: Object.fromEntries(environment) }),
  };
}

/** The service that a consumer was written for. In an older record it is its user alone. */
export function serviceOf({
  service: user,
  runs = { group: user },
}: {
  readonly service: string;
  readonly runs?: RecordedService;
}): ServiceAccount {
  const { environment, ...rest } = runs;
  return {
    ...rest,
    user,
    create: false,
    startTimeoutSeconds: defaultStartTimeoutSeconds,
    ...(environment !== undefined && { environment: new Map(Object.entries(environment)) }),
  };
}

/** The service in a record; null: it is damaged. */
export function serviceIn(json: unknown): RecordedService | undefined | null {
  if (json === undefined) return undefined;
  const { group, home, unit, environment } = fieldsOf(json);
  const path = typeof home === "string" ? asAbsolutePath(home) : undefined;
  const variables = variablesIn(environment);
  if (typeof group !== "string" || variables === null) return null;
  if (home !== undefined && path === undefined) return null;
  if (unit !== undefined && typeof unit !== "string") return null;
  return {
    group,
    ...(path !== undefined && { home: path }),
    ...(unit !== undefined && { unit }),
    ...(variables !== undefined && { environment: variables }),
  };
}

function variablesIn(json: unknown): Readonly<Record<string, string>> | undefined | null {
  if (json === undefined) return undefined;
  if (!isRecord(json)) return null;
  const variables = Object.entries(json).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return variables.length === Object.keys(json).length ? Object.fromEntries(variables) : null;
}
