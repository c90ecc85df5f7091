#include "daemon/run.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/names.h"
#include "base/untrusted.h"
#include "base/version.h"
#include "daemon/arguments.h"
#include "daemon/config.h"
#include "daemon/places.h"
#include "daemon/role_server.h"
#include "daemon/serve.h"
#include "server/storage/sqlite_storage.h"

namespace boltseal::daemon {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

/// The configuration file (or none) under the options of the command line.
Result<Config> effective_config(const Arguments& arguments) {
  Config config;
  if (!arguments.config.empty()) config = BS_TRY(read_config(arguments.config));
  if (!arguments.listen.empty()) config.server.listen = {ListenConfig{.address = arguments.listen}};
  if (!arguments.tls_cert.empty()) {
    for (ListenConfig& listener : config.server.listen) {
      if (listener.plain) continue;
      listener.tls_cert = arguments.tls_cert;
      listener.tls_key = arguments.tls_key;
    }
  }
  return config;
}

Result<void> reset_gun(const Arguments& arguments, const Config& config) {
  const Gun gun = BS_TRY(Gun::parse_lenient(arguments.gun));
  if (config.server.storage.kind == StorageKind::memory) {
    return fail(ErrorCode::usage, "memory storage has nothing to reset",
                "name the configuration with --config FILE");
  }
  const Places places = BS_TRY(choose_places(arguments, environment, ::geteuid() == 0));
  const std::string path = database_path(config.server, places);
  if (::access(path.c_str(), F_OK) != 0) {
    return fail(ErrorCode::not_found, "there is no database " + path, "name the state with --state-dir DIR");
  }
  const auto storage = BS_TRY(server::make_sqlite_storage({.path = path}));
  BS_TRY(storage->allow_reset(gun));
  const bool exists = BS_TRY(storage->latest(gun, tuf::Form::notary, RoleName::root())).has_value();
  fmt::print(stderr, "The next root of {} may begin anew, once{}.\n", escape_untrusted(gun.str()),
             exists ? "; its present data must be deleted first" : "");
  return {};
}

Result<void> run_command(const Arguments& arguments) {
  if (arguments.command == Command::help) {
    fmt::print("{}", usage_text());
    return {};
  }
  if (arguments.command == Command::version) {
    fmt::print("boltseald {}\n", kVersion);
    return {};
  }
  const Config config = BS_TRY(effective_config(arguments));
  switch (arguments.command) {
    case Command::config_check:
      fmt::print(stderr, "The configuration is good.\n");
      return {};
    case Command::config_print:
      fmt::print("{}", print_config(config));
      return {};
    case Command::gun_reset:
      return reset_gun(arguments, config);
    default:
      return serve(config, BS_TRY(choose_places(arguments, environment, ::geteuid() == 0)));
  }
}

}  // namespace

int run(std::span<const std::string> words) {
  const auto arguments = parse_arguments(words);
  const auto done = arguments ? run_command(*arguments) : Result<void>(fail(arguments.error()));
  if (done) return 0;
  const Error& error = done.error();
  fmt::print(stderr, "boltseald: {} ({})\n", error.what(), name_of(error.code()));
  if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
  return exit_status(error.code());
}

}  // namespace boltseal::daemon
