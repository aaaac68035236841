import { variableWords } from "../../formats/systemd/unit-words.js";
import type { ExecCommand } from "./exec-command.js";
import type { UnitVariable } from "./unit-environment.js";
import type { Argument, UnitFiles } from "./unit-files.js";

/**
 * The arguments with which the service manager starts a command, without the program's name: `$NAME` as a
 * word of its own stands for the words of the variable, `${NAME}` for its text, `$$` for a dollar sign
 * (systemd.service(5)). Where an argument comes from a variable, its place is the variable's.
 */
export function startedArguments(
  command: ExecCommand,
  placed: UnitFiles,
  variables: ReadonlyMap<string, UnitVariable>,
): readonly Argument[] {
  const written = placed.argumentsOf(command);
  return command.expands ? written.flatMap((argument) => expanded(argument, variables)) : written;
}

function expanded(argument: Argument, variables: ReadonlyMap<string, UnitVariable>): readonly Argument[] {
  const [, whole] = /^\$(?![{$])(.*)$/s.exec(argument.text) ?? [];
  if (whole === undefined) return [withTexts(argument, variables)];
  const variable = variables.get(whole);
  return variable === undefined
    ? []
    : variableWords(variable.value).map(({ text }) => ({
        text,
        ...(variable.where && { where: variable.where }),
      }));
}

function withTexts(argument: Argument, variables: ReadonlyMap<string, UnitVariable>): Argument {
  return {
    ...argument,
    text: argument.text.replace(/\$\$|\$\{(\w+)\}/g, (_, name?: string) =>
      name === undefined ? "$" : (variables.get(name)?.value ?? ""),
    ),
  };
}
