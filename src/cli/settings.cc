#include "cli/settings.h"

#include <cstdlib>
#include <string>

#include "http/client/docker_config.h"
#include "keys/passphrase_sources.h"

namespace boltseal::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Result<client::Settings> settings_from(const Parsed& parsed) {
  const std::string home = variable("HOME");
  client::Settings settings;
  settings.docker_config_dir = http::docker_config_directory(std::getenv("DOCKER_CONFIG"), home);
  settings.trust_dir =
      parsed.has("trust-dir") ? parsed.value("trust-dir") : settings.docker_config_dir + "/trust";
  if (settings.trust_dir.empty() ||
      (!parsed.has("trust-dir") && home.empty() && variable("DOCKER_CONFIG").empty())) {
    return fail(ErrorCode::usage,
                "there is no trust directory: neither --trust-dir, DOCKER_CONFIG nor HOME is set");
  }
  settings.server = parsed.value("server");
  settings.server_variable = variable("DOCKER_CONTENT_TRUST_SERVER");
  settings.ca_files = parsed.values("ca-file");
  settings.system_policy = policy::kSystemPolicy;
  std::string config_home = variable("XDG_CONFIG_HOME");
  if (config_home.empty() && !home.empty()) config_home = home + "/.config";
  if (!config_home.empty()) settings.user_policy = config_home + "/boltseal/policy.json";
  settings.notary_auth = variable("NOTARY_AUTH");
  settings.interactive = !parsed.flag("no-prompt");
  return settings;
}

KeyRing open_keys(client::Environment& environment) {
  std::vector<std::unique_ptr<keys::PassphraseSource>> sources;
  sources.push_back(keys::environment_source(keys::PassphraseVariables::both));
  sources.push_back(keys::terminal_source(environment.prompter()));
  KeyRing ring;
  ring.passphrases = std::make_unique<keys::Passphrases>(std::move(sources));
  ring.store = std::make_unique<keys::FileKeyStore>(environment.settings().trust_dir, *ring.passphrases);
  return ring;
}

}  // namespace boltseal::cli
