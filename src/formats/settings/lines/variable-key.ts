/**
 * Variables that .NET takes for connection strings, whatever their names say: `SQLCONNSTR_Main` is
 * `ConnectionStrings:Main` (Microsoft.Extensions.Configuration.EnvironmentVariables). What it puts beside
 * them, `…_ProviderName`, is not a line of the file.
 */
const connectionString = /^(?:MYSQLCONNSTR_|SQLAZURECONNSTR_|SQLCONNSTR_|CUSTOMCONNSTR_)/i;
/** The same in newer versions alone; to older ones these are names like any other. */
const newerConnectionString =
  /^(?:POSTGRESQL|APIHUB|DOCDB|EVENTHUB|NOTIFICATIONHUB|REDISCACHE|SERVICEBUS)CONNSTR_/i;

/** The setting that a variable is to .NET: `__` in a name stands for `:`. */
export function keyOfVariable(name: string): string {
  const prefix = connectionString.exec(name)?.[0] ?? "";
  const key = name.slice(prefix.length).replaceAll("__", ":");
  return prefix === "" ? key : `ConnectionStrings:${key}`;
}

/** The variable's name for a key. */
export function variableOf(key: string): string {
  return key.replaceAll(":", "__");
}

/** Where the last part of the key begins in a variable's name. */
export function lastPartOf(name: string): number {
  let start = connectionString.exec(name)?.[0].length ?? 0;
  for (const {
    index,
    0: { length },
  } of name.matchAll(/__|:/g))
    start = Math.max(start, index + length);
  return start;
}

/** Why a key cannot be recovered from the variable's name for it; undefined when it can. */
export function variableCannotName(key: string): string | undefined {
  const name = variableOf(key);
  if (connectionString.test(name) || newerConnectionString.test(name))
    return "a variable whose name begins like this is a connection string to .NET";
  if (keyOfVariable(name) !== key)
    return "in a variable's name, __ parts a key: no part can hold it, and none but the last can end in _";
  return undefined;
}
