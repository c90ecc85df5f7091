#include <iterator>

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"

namespace boltseal::cli {
namespace {

std::string words_of(std::span<const Option> options) {
  std::string out;
  for (const Option& option : options) out += " --" + std::string(option.name);
  return out;
}

// First words of all commands ("key" once), in the order of the help.
std::vector<std::string> first_words() {
  std::vector<std::string> out;
  for (const Command& command : boltseal_commands()) {
    std::string word(command.name.substr(0, command.name.find(' ')));
    if (out.empty() || out.back() != word) out.push_back(std::move(word));
  }
  return out;
}

std::string second_words(std::string_view first) {
  std::string out;
  for (const Command& command : boltseal_commands()) {
    if (command.name.starts_with(std::string(first) + " "))
      out += (out.empty() ? "" : " ") + std::string(command.name.substr(first.size() + 1));
  }
  return out;
}

std::string bash() {
  std::string first;
  for (const std::string& word : first_words()) first += (first.empty() ? "" : " ") + word;
  std::string out =
      "# bash completion of boltseal\n"
      "_boltseal() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} command= word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    [[ $word == -* ]] || { command=$word; break; }\n"
      "  done\n"
      "  local words=\"" +
      words_of(global_options()).substr(1) +
      "\"\n"
      "  case $command in\n"
      "    '') words=\"" +
      first + " $words\" ;;\n";
  for (const std::string& word : first_words()) {
    std::string more = second_words(word);
    for (const Command& command : boltseal_commands()) {
      if (command.name == word || command.name.starts_with(word + " ")) more += words_of(command.options);
    }
    if (!more.empty()) out += "    " + word + ") words=\"" + more + " $words\" ;;\n";
  }
  return out +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 || $cur == -* ]] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
         "}\n"
         "complete -F _boltseal boltseal\n";
}

std::string zsh() { return "#compdef boltseal\nautoload -U +X bashcompinit && bashcompinit\n" + bash(); }

std::string fish() {
  std::string out = "# fish completion of boltseal\n";
  for (const Command& command : boltseal_commands()) {
    const std::size_t blank = command.name.find(' ');
    const std::string condition =
        blank == std::string_view::npos
            ? "__fish_use_subcommand"
            : "__fish_seen_subcommand_from " + std::string(command.name.substr(0, blank));
    if (blank != std::string_view::npos)
      out += "complete -c boltseal -n __fish_use_subcommand -f -a " +
             std::string(command.name.substr(0, blank)) + "\n";
    const std::string_view word =
        blank == std::string_view::npos ? command.name : command.name.substr(blank + 1);
    std::string summary;
    for (const char c : command.summary) summary += c == '\'' ? std::string("\\'") : std::string(1, c);
    out +=
        "complete -c boltseal -n '" + condition + "' -f -a " + std::string(word) + " -d '" + summary + "'\n";
  }
  for (const Option& option : global_options()) {
    out += "complete -c boltseal -l " + std::string(option.name) + (option.value.empty() ? "" : " -r") + "\n";
  }
  return out;
}

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const std::string& shell = invocation.arguments()[0];
  std::string script;
  if (shell == "bash") script = bash();
  if (shell == "zsh") script = zsh();
  if (shell == "fish") script = fish();
  if (script.empty()) {
    return fail(ErrorCode::usage, "there is no completion for \"" + escape_untrusted(shell) + "\"",
                "it is made for bash, zsh and fish");
  }
  if (invocation.output().is_json()) {
    auto w = Output::writer();
    w.begin_object().member("shell", shell).member("script", script).end_object();
    invocation.output().json(w);
  } else {
    invocation.output().print(script);
  }
  return 0;
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .arguments = "bash|zsh|fish",
          .summary = "print a completion script for a shell",
          .description = "",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
