#include "daemon/arguments.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "daemon/command.h"

namespace boltseal::daemon {
namespace {

constexpr const char* kTry = "boltseald --help lists commands and options";

std::string* option_of(Arguments& out, std::string_view name) {
  if (name == "--config") return &out.config;
  if (name == "--signer-config") return &out.signer_config;
  if (name == "--listen") return &out.listen;
  if (name == "--state-dir") return &out.state_dir;
  if (name == "--keys-dir") return &out.keys_dir;
  if (name == "--tls-cert") return &out.tls_cert;
  if (name == "--tls-key") return &out.tls_key;
  return nullptr;
}

/// The command whose words these begin with; null: they are roles.
const CommandEntry* find_command(const std::vector<std::string>& words, std::size_t& used) {
  for (const CommandEntry* entry : commands()) {
    const std::size_t space = entry->words.find(' ');
    used = space == std::string_view::npos ? 1 : 2;
    if (words.size() < used || words[0] != entry->words.substr(0, space)) continue;
    if (used == 1 || words[1] == entry->words.substr(space + 1)) return entry;
  }
  return nullptr;
}

const CommandOption* own_option(const CommandEntry* command, std::string_view name) {
  if (command == nullptr) return nullptr;
  for (const CommandOption& option : command->options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

/// An option that takes no value; true: it was one.
Result<bool> take_flag(const std::string& word, const CommandEntry* command, Arguments& out) {
  if (word == "--help" || word == "-h") {
    out.action = Action::help;
    return true;
  }
  const CommandOption* own = own_option(command, word);
  if (own == nullptr || !own->value.empty()) return false;
  if (!out.own_options.emplace(word, "").second)
    return fail(ErrorCode::usage, word + " is given twice", kTry);
  return true;
}

/// One option; moves `i` over its value.
Result<void> take_option(std::span<const std::string> words, std::size_t& i, const CommandEntry* command,
                         Arguments& out) {
  const std::string& word = words[i];
  if (BS_TRY(take_flag(word, command, out))) return {};
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  std::string* value = option_of(out, name);
  if (value == nullptr) {
    const CommandOption* own = own_option(command, name);
    if (own == nullptr) return fail(ErrorCode::usage, "unknown option " + escape_untrusted(name), kTry);
    if (own->value.empty()) return fail(ErrorCode::usage, name + " takes no value", kTry);
    value = &out.own_options[name];
  }
  if (!value->empty()) return fail(ErrorCode::usage, name + " is given twice", kTry);
  if (equals != std::string::npos) {
    *value = word.substr(equals + 1);
  } else if (i + 1 < words.size()) {
    *value = words[++i];
  }
  if (value->empty()) return fail(ErrorCode::usage, name + " needs a value", kTry);
  return {};
}

/// The words that are neither options nor their values, as far as the command can be told from them.
std::vector<std::string> leading_words(std::span<const std::string> words) {
  Arguments scratch;
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) {
      plain.push_back(words[i]);
    } else if (option_of(scratch, words[i]) != nullptr) {
      ++i;
    }
  }
  return plain;
}

tl::unexpected<Error> unknown_word(const std::string& word) {
  std::string known;
  for (const CommandEntry* entry : commands()) {
    if (!entry->words.starts_with(word + " ")) continue;
    known += (known.empty() ? "" : ", ") + std::string(entry->words.substr(word.size() + 1));
  }
  if (!known.empty()) return fail(ErrorCode::usage, word + " needs one of: " + known, kTry);
  return fail(ErrorCode::usage, "\"" + escape_untrusted(word) + "\" is no role or command of boltseald",
              "roles are server and signer; boltseald --help lists the commands");
}

Result<void> take_roles(const std::vector<std::string>& words, Arguments& out) {
  if (words.size() == 1 && words[0] == "version") {
    out.action = Action::version;
    return {};
  }
  for (const std::string& word : words) {
    if (word != "server" && word != "signer") return unknown_word(word);
    if (std::find(out.roles.begin(), out.roles.end(), word) == out.roles.end()) out.roles.push_back(word);
  }
  return {};
}

Result<void> take_operands(const std::vector<std::string>& words, std::size_t used, Arguments& out) {
  const CommandEntry& command = *out.command;
  out.action = Action::command;
  out.operands.assign(words.begin() + static_cast<std::ptrdiff_t>(used), words.end());
  if (out.operands.size() < command.least_operands || out.operands.size() > command.most_operands) {
    return fail(ErrorCode::usage,
                fmt::format("use: boltseald {}{}{}", command.words, command.operands.empty() ? "" : " ",
                            command.operands),
                kTry);
  }
  return {};
}

}  // namespace

Result<Arguments> parse_arguments(std::span<const std::string> words) {
  Arguments out;
  std::size_t used = 0;
  out.command = find_command(leading_words(words), used);
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with("-")) {
      BS_TRY(take_option(words, i, out.command, out));
    } else {
      plain.push_back(words[i]);
    }
  }
  if (out.action == Action::help) return out;
  // Options of the command took their values away: look again.
  out.command = find_command(plain, used);
  if (out.command != nullptr) {
    BS_TRY(take_operands(plain, used, out));
  } else {
    BS_TRY(take_roles(plain, out));
  }
  if (out.tls_cert.empty() != out.tls_key.empty())
    return fail(ErrorCode::usage, "--tls-cert and --tls-key belong together", kTry);
  if (!out.signer_config.empty() && out.config.empty())
    return fail(ErrorCode::usage, "--signer-config joins a file to that of --config", kTry);
  return out;
}

std::string usage_text() {
  std::string text =
      "usage: boltseald [ROLE...] [OPTIONS]   serve; roles: server, signer (default: what the\n"
      "                                       configuration enables; without one, server)\n";
  for (const CommandEntry* entry : commands()) {
    const std::string words =
        fmt::format("{}{}{}", entry->words, entry->operands.empty() ? "" : " ", entry->operands);
    text += fmt::format("       boltseald {:<28} {}\n", words, entry->help);
    for (const CommandOption& option : entry->options) {
      const std::string name =
          fmt::format("{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
      text += fmt::format("         {:<36} {}\n", name, option.help);
    }
  }
  return text + R"(       boltseald version

  --config FILE          configuration: boltseald's own (JSON), or that of notary-server or notary-signer
  --signer-config FILE   notary-signer's configuration, to run both in one process
  --listen ADDRESS:PORT  where to serve HTTPS (default 127.0.0.1:4443)
  --state-dir DIR        database and public certificates (default: first of $STATE_DIRECTORY, else
                         /var/lib/boltseald for root, else $XDG_STATE_HOME/boltseald)
  --keys-dir DIR         private keys and the high-water record (default: the state directory's path + "-keys");
                         never keep it in the same backup as the state directory
  --tls-cert FILE        server certificate with its intermediates (PEM)
  --tls-key FILE         its private key (PEM)

Called as notary-server or notary-signer it takes their flags.
)";
}

}  // namespace boltseal::daemon
