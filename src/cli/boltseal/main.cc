#include <algorithm>
#include <cstdio>
#include <iterator>

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"

namespace boltseal::cli {
namespace {

constexpr Option kGlobal[] = {
    {"trust-dir", 'd', "DIR",
     "keys and verified trust data (default: Docker's, $DOCKER_CONFIG/trust or ~/.docker/trust)"},
    {"server", 's', "URL", "trust server, or the absolute path of a directory of metadata"},
    {"ca-file", 0, "FILE", "certificates trusted besides the system's", true},
    {"gun", 0, "GUN", "name of the trust data, taken as it stands"},
    {"insecure-registry", 0, "HOST", "registry that may be asked without a checked certificate", true},
    {"format", 0, "FORMAT", "text or json (default text)"},
    {"quiet", 'q', {}, "no notes, only results and errors"},
    {"no-prompt", 0, {}, "ask nobody, even on a terminal"},
    {"help", 'h', {}, "show help"},
};

const Command* find_command(std::string_view name) {
  const auto& commands = boltseal_commands();
  const auto it =
      std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
  return it == commands.end() ? nullptr : &*it;
}

std::string overview() {
  std::string out =
      "usage: boltseal [OPTIONS] COMMAND [ARGUMENTS]\n\nContent trust for container images: signatures on "
      "tags, fresh and revocable.\n\ncommands:\n";
  for (const Command& command : boltseal_commands()) {
    std::string line = "  " + std::string(command.name);
    line.resize(std::max<std::size_t>(line.size() + 1, 17), ' ');
    out += line + std::string(command.summary) + "\n";
  }
  return out + "\noptions of every command:\n" + describe_options(kGlobal) +
         "\nboltseal COMMAND --help tells more.\n";
}

std::string help_of(const Command& command) {
  std::string out = "usage: boltseal " + std::string(command.name) + " [OPTIONS]";
  if (!command.arguments.empty()) out += " " + std::string(command.arguments);
  out += "\n\n" + std::string(command.summary) + "\n";
  if (!command.description.empty()) out += "\n" + std::string(command.description) + "\n";
  if (!command.options.empty()) out += "\noptions:\n" + describe_options(command.options);
  return out + "\noptions of every command:\n" + describe_options(kGlobal);
}

// Every option of every command: enough to find the command's name among the words.
std::vector<Option> all_options() {
  std::vector<Option> all(std::begin(kGlobal), std::end(kGlobal));
  for (const Command& command : boltseal_commands()) {
    for (const Option& option : command.options) {
      const bool known =
          std::any_of(all.begin(), all.end(), [&](const Option& o) { return o.name == option.name; });
      if (!known) all.push_back(option);
    }
  }
  for (Option& option : all) option.repeats = true;
  return all;
}

// The words without the command's name, which are the first one or two arguments.
struct Chosen {
  const Command* command = nullptr;
  std::vector<std::string> words;
};

Result<Chosen> choose(const std::vector<std::string>& words) {
  const auto parsed = BS_TRY(parse_options(all_options(), words));
  const auto& arguments = parsed.arguments();
  if (arguments.empty()) return Chosen{nullptr, words};
  Chosen chosen;
  std::size_t name_words = 1;
  chosen.command = find_command(arguments[0]);
  if (chosen.command == nullptr && arguments.size() > 1) {
    chosen.command = find_command(arguments[0] + " " + arguments[1]);
    name_words = 2;
  }
  if (chosen.command == nullptr) {
    return fail(ErrorCode::usage, "there is no command \"" + escape_untrusted(arguments[0]) + "\"",
                "boltseal --help lists the commands");
  }
  chosen.words = words;
  for (std::size_t i = 0; i < name_words; ++i) {
    chosen.words.erase(std::find(chosen.words.begin(), chosen.words.end(), arguments[i]));
  }
  return chosen;
}

Result<int> run(const Chosen& chosen, const Parsed& parsed, Output& output) {
  Invocation invocation(parsed, output);
  return chosen.command->run(invocation);
}

}  // namespace

std::span<const Option> global_options() { return kGlobal; }

const std::vector<Command>& boltseal_commands() {
  static const std::vector<Command> commands = {
      init_command(),       sign_command(),       verify_command(),   resolve_command(),
      inspect_command(),    list_command(),       revoke_command(),   rotate_command(),
      export_command(),     pin_command(),        key_list_command(), key_generate_command(),
      key_import_command(), key_export_command(), doctor_command(),   version_command(),
      completion_command()};
  return commands;
}

int boltseal_main(const std::vector<std::string>& words) {
  Output plain(Format::text, false);
  const auto chosen = choose(words);
  if (!chosen) return plain.error(chosen.error());
  std::vector<Option> options(std::begin(kGlobal), std::end(kGlobal));
  if (chosen->command != nullptr)
    options.insert(options.end(), chosen->command->options.begin(), chosen->command->options.end());
  const auto parsed = parse_options(options, chosen->words);
  if (!parsed) return plain.error(parsed.error());
  if (parsed->flag("help") || chosen->command == nullptr) {
    plain.print(chosen->command != nullptr ? help_of(*chosen->command) : overview());
    return parsed->flag("help") ? 0 : exit_status(ErrorCode::usage);
  }
  const std::string format = parsed->value("format");
  if (!format.empty() && format != "text" && format != "json") {
    return plain.error(
        Error(ErrorCode::usage, "--format is text or json, not \"" + escape_untrusted(format) + "\""));
  }
  Output output(format == "json" ? Format::json : Format::text, parsed->flag("quiet"));
  const Result<int> status = run(*chosen, *parsed, output);
  const int result = status ? *status : output.error(status.error());
  if (std::fflush(stdout) != 0) return exit_status(ErrorCode::io_error);
  return result;
}

}  // namespace boltseal::cli
