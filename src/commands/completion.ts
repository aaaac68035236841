import { exitCodes } from "../problem/exit-codes.js";
import { Problem } from "../problem/problem.js";
import type { CommandRun } from "./command.js";
import { filesWanted } from "./command-line/completions.js";
import { shells, type Shell } from "./command-line/options.js";

/**
 * `knetctl completion`: a script for the shell's own start-up file, or where the shell looks for such
 * scripts.
 */
export const completion: CommandRun<{ shell?: Shell | undefined }> = (
  { shell: named },
  { output, environment },
) => {
  const shell = named ?? shells.find((name) => environment["SHELL"]?.endsWith(`/${name}`) === true);
  if (shell === undefined)
    return Promise.reject(
      new Problem("usage-invalid", "name the shell: bash, zsh or fish", {
        hint: "such as knetctl completion bash",
      }),
    );
  if (output.json) output.document({ shell, script: scripts[shell] });
  else output.file(scripts[shell]);
  return Promise.resolve(exitCodes.done);
};

/**
 * Each asks the program for the words that may stand under the cursor, a line each; a line of its own says
 * that files may.
 */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# knetctl completion bash > /etc/bash_completion.d/knetctl; or source <(knetctl completion bash)
_knetctl() {
  local IFS=$'\\n' line cur=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while read -r line; do
    if [[ $line == ${filesWanted} ]]; then
      compopt -o filenames 2>/dev/null
      COMPREPLY+=($(compgen -f -- "$cur"))
    else
      COMPREPLY+=("$line")
    fi
  done < <("\${COMP_WORDS[0]}" --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _knetctl knetctl
`,
  zsh: `#compdef knetctl
# knetctl completion zsh > a folder of $fpath, as _knetctl; or source <(knetctl completion zsh)
_knetctl() {
  local -a found
  found=(\${(f)"$("\${words[1]}" --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( \${found[(Ie)${filesWanted}]} )) && _files
  found=(\${found:#${filesWanted}})
  (( $#found )) && compadd -a found
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _knetctl "$@"; else compdef _knetctl knetctl; fi
`,
  fish: `# knetctl completion fish > ~/.config/fish/completions/knetctl.fish
function __knetctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    $program --complete $words "$current" 2>/dev/null
end
complete -c knetctl -f -a '(__knetctl_complete | string match -v ${filesWanted})'
complete -c knetctl -n '__knetctl_complete | string match -q ${filesWanted}' -F
`,
};
