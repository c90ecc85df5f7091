#include "daemon/notary_flags.h"

#include <fmt/core.h>

#include <array>
#include <optional>

#include "base/untrusted.h"

namespace boltseal::daemon {
namespace {

struct TextFlag {
  std::string_view name;
  std::string Arguments::* member;
};

/// The last two are ours: notary had no such places.
constexpr std::array<TextFlag, 4> kTextFlags = {{{"config", &Arguments::config},
                                                 {"signer-config", &Arguments::signer_config},
                                                 {"state-dir", &Arguments::state_dir},
                                                 {"keys-dir", &Arguments::keys_dir}}};

/// As Go's strconv.ParseBool.
std::optional<bool> parse_go_bool(std::string_view text) {
  for (const std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == word) return true;
  }
  for (const std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

struct Flag {
  std::string name;
  std::optional<std::string> value;
};

Flag cut(std::string_view word) {
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {std::string(word), std::nullopt};
  return {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

tl::unexpected<Error> refused(FileKind program, std::string what) {
  return fail(ErrorCode::usage, std::move(what), notary_usage(program));
}

Result<bool> take_switch(FileKind program, const Flag& flag, Arguments& out) {
  bool version = false;
  bool help = false;
  bool* target = flag.name == "debug"                      ? &out.debug_listener
                 : flag.name == "bootstrap"                ? &out.bootstrap
                 : flag.name == "version"                  ? &version
                 : flag.name == "h" || flag.name == "help" ? &help
                                                           : nullptr;
  if (target == nullptr) return false;
  const auto truth = parse_go_bool(flag.value.value_or("true"));
  if (!truth) {
    return refused(program, fmt::format("invalid boolean value \"{}\" for -{}: parse error",
                                        escape_untrusted(*flag.value), flag.name));
  }
  *target = *truth;
  if (help) out.action = Action::help;
  if (version && out.action != Action::help) out.action = Action::version;
  return true;
}

Result<void> take_text(FileKind program, Flag flag, std::span<const std::string> words, std::size_t& i,
                       Arguments& out) {
  const TextFlag* known = nullptr;
  for (const TextFlag& candidate : kTextFlags) {
    if (candidate.name == flag.name) known = &candidate;
  }
  if (known == nullptr && flag.name != "logf")
    return refused(program, "flag provided but not defined: -" + escape_untrusted(flag.name));
  if (!flag.value) {
    if (i + 1 == words.size()) return refused(program, "flag needs an argument: -" + flag.name);
    flag.value = words[++i];
  }
  if (known != nullptr) {
    out.*(known->member) = *flag.value;
  } else if (*flag.value != "json") {
    out.warnings.push_back("-logf " + escape_untrusted(*flag.value) +
                           " has no effect: the log is JSON, as notary's was whatever -logf said");
  }
  return {};
}

}  // namespace

FileKind program_of(std::string_view argv0) {
  const std::string_view name = argv0.substr(argv0.rfind('/') + 1);
  if (name == "notary-server") return FileKind::notary_server;
  if (name == "notary-signer") return FileKind::notary_signer;
  return FileKind::native;
}

std::string_view name_of_program(FileKind program) {
  if (program == FileKind::notary_server) return "notary-server";
  if (program == FileKind::notary_signer) return "notary-signer";
  return "boltseald";
}

Result<Arguments> parse_notary_flags(FileKind program, std::span<const std::string> words) {
  Arguments out;
  out.called_as = program;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") break;
    if (word.size() < 2 || word.front() != '-') break;  // as there: what follows is not looked at
    const Flag flag = cut(word);
    if (flag.name.empty() || flag.name.front() == '-')
      return refused(program, "bad flag syntax: " + escape_untrusted(word));
    if (!BS_TRY(take_switch(program, flag, out))) BS_TRY(take_text(program, flag, words, i, out));
  }
  if (out.action != Action::serve) return out;
  if (out.config.empty())
    return refused(program,
                   fmt::format("{} needs its configuration: -config FILE", name_of_program(program)));
  return out;
}

std::string notary_usage(FileKind program) {
  return fmt::format(R"(usage: {}
  -bootstrap
    	refused: SQL databases need no bootstrapping
  -config string
    	Path to configuration file
  -debug
    	serve metrics and health on localhost:8080
  -keys-dir string
    	boltseald's private keys
  -logf string
    	has no effect: the log is JSON (default "json")
  -signer-config string
    	notary-signer's configuration, to run both in one process
  -state-dir string
    	boltseald's state
  -version
    	Print the version
)",
                     name_of_program(program));
}

}  // namespace boltseal::daemon
