import { exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { verb } from "../verb.js";

/** Shells for which there is a completion script. */
export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

/** Stands for file names, which the shell itself completes better. */
export const filesWanted = ":files";

export const completion = verb({
  name: "completion",
  describe: "print a script that completes knetctl's words in a shell",
  words: {
    shell: { choices: shells, describe: "which shell (default: the one that $SHELL names)" },
  },
  options: {},
  examples: [
    ["knetctl completion bash | sudo tee /etc/bash_completion.d/knetctl", "for everyone on this host"],
    ["source <(knetctl completion bash)", "for this shell"],
  ],
  exits: [],
  run: ({ shell: named }, { output, environment }) => {
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
  },
});

/**
 * Each asks the program for the words that may go under the cursor, one per line; a separate line says that
 * file names may.
 */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# knetctl completion bash > /etc/bash_completion.d/knetctl; or source <(knetctl completion bash)
_knetctl() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() word line cur option before quotes=$'[\\'"\\\\]'
  # bash breaks words at colons and equals signs too; an endpoint is one word, and so is --profile=FILE
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    [[ \${#words[@]} == 0 || $rest == [[:blank:]]* ]] && words+=("")
    rest=\${rest#"\${rest%%[![:blank:]]*}"}
    words[-1]+=\${rest:0:\${#word}}
    rest=\${rest:\${#word}}
  done
  words=("\${words[@]//$quotes/}")
  words=("\${words[@]/#\\~\\//$HOME/}")
  cur=\${words[-1]}
  option=
  [[ $cur == --*=* ]] && option=\${cur%%=*}=
  # what bash replaces is what comes after the last of them
  before=
  for word in : =; do
    [[ $COMP_WORDBREAKS == *$word* && $cur == *$word* ]] || continue
    line=\${cur%"\${cur##*$word}"}
    (( \${#line} > \${#before} )) && before=$line
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${filesWanted} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        line=$option$line
        COMPREPLY+=("\${line#"$before"}")
      done < <(compgen -f -- "\${cur#"$option"}")
    else
      # a value is to follow
      [[ $line == *= ]] && compopt -o nospace 2>/dev/null
      COMPREPLY+=("\${line#"$before"}")
    fi
  done < <("\${words[0]}" --complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _knetctl knetctl
`,
  zsh: `#compdef knetctl
# knetctl completion zsh > a folder of $fpath, as _knetctl; or source <(knetctl completion zsh)
_knetctl() {
  local -a found
  found=(\${(f)"$("\${words[1]}" --complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${found[(Ie)${filesWanted}]} )); then
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    _files
  fi
  found=(\${found:#${filesWanted}})
  # where a value is to follow, no blank does
  local -a begun
  begun=(\${(M)found:#*=})
  found=(\${found:#*=})
  (( $#begun )) && compadd -S '' -a begun
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
