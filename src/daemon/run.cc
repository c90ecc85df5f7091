#include "daemon/run.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/untrusted.h"
#include "base/version.h"
#include "daemon/arguments.h"
#include "daemon/command.h"
#include "daemon/notary_flags.h"
#include "daemon/serve.h"

namespace boltseal::daemon {
namespace {

/// The configuration file (or none) under the options of the command line.
Result<LoadedConfig> effective_config(const Arguments& arguments, const TakenVariables& variables) {
  LoadedConfig loaded;
  if (!arguments.config.empty()) {
    loaded = BS_TRY(read_config(
        {.path = arguments.config, .signer_path = arguments.signer_config, .preferred = arguments.called_as},
        variables.environment()));
  }
  loaded.warnings.insert(loaded.warnings.begin(), arguments.warnings.begin(), arguments.warnings.end());
  if (arguments.debug_listener) loaded.config.metrics_listen = "localhost:8080";
  if (!loaded.config.server) {
    if (arguments.listen.empty() && arguments.tls_cert.empty()) return loaded;
    return fail(ErrorCode::usage,
                "--listen and --tls-cert are of the server, which the configuration does not have",
                "write the signer's listeners into the configuration");
  }
  ServerConfig& server = *loaded.config.server;
  if (!arguments.listen.empty()) server.listen = {ListenConfig{.address = arguments.listen}};
  if (!arguments.tls_cert.empty()) {
    for (ListenConfig& listener : server.listen) {
      if (listener.plain) continue;
      listener.tls_cert = arguments.tls_cert;
      listener.tls_key = arguments.tls_key;
    }
  }
  return loaded;
}

bool is_named(const Arguments& arguments, std::string_view role) {
  return std::find(arguments.roles.begin(), arguments.roles.end(), role) != arguments.roles.end();
}

/// Leaves the roles that were named; none named: all that the configuration enables.
Result<void> choose_roles(const Arguments& arguments, Config& config) {
  if (arguments.roles.empty()) return {};
  const bool server = is_named(arguments, "server");
  const bool signer = is_named(arguments, "signer");
  const bool no_server = server && !config.server;
  if (no_server || (signer && !config.signer)) {
    return fail(ErrorCode::usage, fmt::format("the configuration has no {}", no_server ? "server" : "signer"),
                "add it to the file of --config, or leave the role out");
  }
  if (!signer && config.server && config.server->keys.place == KeyPlace::signer) {
    return fail(ErrorCode::usage, "the server takes its keys from the signer of this process",
                "name both roles, or neither");
  }
  if (!server) config.server.reset();
  if (!signer) config.signer.reset();
  return {};
}

Result<void> start(Invocation& invocation) {
  if (invocation.arguments.bootstrap)
    return fail(ErrorCode::usage, "store does not support bootstrapping", "start without -bootstrap");
  BS_TRY(choose_roles(invocation.arguments, invocation.loaded.config));
  return serve(invocation.loaded, BS_TRY(invocation.places()), invocation.variables);
}

Result<void> run_arguments(const Arguments& arguments) {
  if (arguments.action == Action::help) {
    fmt::print("{}",
               arguments.called_as == FileKind::native ? usage_text() : notary_usage(arguments.called_as));
    return {};
  }
  if (arguments.action == Action::version) {
    if (arguments.called_as == FileKind::native) {
      fmt::print("boltseald {}\n", kVersion);
    } else {
      fmt::print("{} Version: boltseald {}\n", name_of_program(arguments.called_as), kVersion);
    }
    return {};
  }
  Invocation invocation{.arguments = arguments, .variables = TakenVariables::take_from_process()};
  invocation.loaded = BS_TRY(effective_config(arguments, invocation.variables));
  return arguments.action == Action::command ? arguments.command->run(invocation) : start(invocation);
}

int explain(std::string_view program, const Error& error) {
  fmt::print(stderr, "{}: {} ({})\n", program, error.what(), name_of(error.code()));
  if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
  return exit_status(error.code());
}

}  // namespace

int run(std::string_view argv0, std::span<const std::string> words) {
  const FileKind program = program_of(argv0);
  const bool native = program == FileKind::native;
  const auto arguments = native ? parse_arguments(words) : parse_notary_flags(program, words);
  if (!arguments && !native) {
    fmt::print(stderr, "{}\n{}", arguments.error().what(), arguments.error().hint());
    return 2;
  }
  const auto done = arguments ? run_arguments(*arguments) : Result<void>(fail(arguments.error()));
  if (done) return 0;
  const int status = explain(name_of_program(program), done.error());
  return native ? status : 1;
}

}  // namespace boltseal::daemon
