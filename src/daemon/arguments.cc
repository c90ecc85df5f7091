#include "daemon/arguments.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::daemon {
namespace {

constexpr const char* kTry = "boltseald --help lists the options";

std::string* option_of(Arguments& out, std::string_view name) {
  if (name == "--config") return &out.config;
  if (name == "--listen") return &out.listen;
  if (name == "--state-dir") return &out.state_dir;
  if (name == "--keys-dir") return &out.keys_dir;
  if (name == "--tls-cert") return &out.tls_cert;
  if (name == "--tls-key") return &out.tls_key;
  return nullptr;
}

/// One option; moves `i` over its value. true: it was one.
Result<bool> take_option(std::span<const std::string> words, std::size_t& i, Arguments& out) {
  const std::string& word = words[i];
  if (!word.starts_with("-")) return false;
  if (word == "--help" || word == "-h") {
    out.command = Command::help;
    return true;
  }
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  std::string* value = option_of(out, name);
  if (value == nullptr) return fail(ErrorCode::usage, "unknown option " + escape_untrusted(name), kTry);
  if (!value->empty()) return fail(ErrorCode::usage, name + " is given twice", kTry);
  if (equals != std::string::npos) {
    *value = word.substr(equals + 1);
  } else if (i + 1 < words.size()) {
    *value = words[++i];
  }
  if (value->empty()) return fail(ErrorCode::usage, name + " needs a value", kTry);
  return true;
}

Result<void> take_words(const std::vector<std::string>& words, Arguments& out) {
  if (words.empty()) return {};
  if (words[0] == "version" && words.size() == 1) {
    out.command = Command::version;
  } else if (words[0] == "config") {
    const bool known = words.size() == 2 && (words[1] == "check" || words[1] == "print");
    if (!known) return fail(ErrorCode::usage, "config needs one of: check, print", kTry);
    out.command = words[1] == "check" ? Command::config_check : Command::config_print;
  } else if (words[0] == "gun") {
    if (words.size() != 3 || words[1] != "reset")
      return fail(ErrorCode::usage, "use: boltseald gun reset GUN", kTry);
    out.command = Command::gun_reset;
    out.gun = words[2];
  } else {
    for (const std::string& word : words) {
      if (word != "server") {
        return fail(ErrorCode::usage, "\"" + escape_untrusted(word) + "\" is no role or command of boltseald",
                    "the role is: server");
      }
      if (out.roles.empty()) out.roles.push_back(word);
    }
  }
  return {};
}

}  // namespace

Result<Arguments> parse_arguments(std::span<const std::string> words) {
  Arguments out;
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!BS_TRY(take_option(words, i, out))) plain.push_back(words[i]);
  }
  if (out.command == Command::help) return out;
  BS_TRY(take_words(plain, out));
  if (out.tls_cert.empty() != out.tls_key.empty()) {
    return fail(ErrorCode::usage, "--tls-cert and --tls-key belong together", kTry);
  }
  if (out.command == Command::serve && out.roles.empty()) out.roles = {"server"};
  return out;
}

std::string usage_text() {
  return R"(usage: boltseald [ROLE...] [OPTIONS]        serve; ROLE is: server (the default)
       boltseald config check|print [OPTIONS]
       boltseald gun reset GUN [OPTIONS]    let a deleted GUN begin anew with any root
       boltseald version

  --config FILE          configuration (JSON)
  --listen ADDRESS:PORT  where to serve HTTPS (default 127.0.0.1:4443)
  --state-dir DIR        database and public certificates (default: first of $STATE_DIRECTORY, else
                         /var/lib/boltseald for root, else $XDG_STATE_HOME/boltseald)
  --keys-dir DIR         private keys and the high-water record (default: the state directory's path + "-keys");
                         never keep it in the same backup as the state directory
  --tls-cert FILE        server certificate with its intermediates (PEM)
  --tls-key FILE         its private key (PEM)
)";
}

}  // namespace boltseal::daemon
