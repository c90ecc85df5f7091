// boltseald shadow --beside URL --differences FILE [--beside-ca FILE]
#include "server/shadow/shadow.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.h"
#include "base/log.h"
#include "daemon/commands/commands.h"
#include "daemon/serve.h"
#include "daemon/shadow_fetch.h"
#include "server/storage/read_only.h"

namespace boltseal::daemon {
namespace {

constexpr CommandOption kOptions[] = {
    {"--beside", "URL", "the server whose answers are compared with ours (https://HOST:PORT)"},
    {"--beside-ca", "FILE", "PEM of its CA, beside the system's"},
    {"--differences", "FILE", "one JSON object a line is appended for each difference"}};

Result<std::shared_ptr<Fd>> open_report(const std::string& path) {
  auto file = std::make_shared<Fd>(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file->valid()) {
    return fail(ErrorCode::io_error, fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                "name a file that can be written with --differences");
  }
  return file;
}

server::Shadow::Report append_to(std::shared_ptr<Fd> file) {
  return [file = std::move(file)](const std::string& line) {
    const std::string text = line + "\n";
    const ssize_t n = ::write(file->get(), text.data(), text.size());
    if (n != static_cast<ssize_t>(text.size()))
      log::error("difference_not_written", {{"what", std::strerror(errno)}});
  };
}

/// Nothing of the store, the record or the keys is changed.
void only_read(server::TrustServerOptions& options, server::TrustServerParts& parts) {
  options.renews = false;
  // The old server beside it tells nobody of what it writes.
  if (options.consistency == server::Consistency::notify) options.consistency = server::Consistency::strict;
  parts.notices = nullptr;
  parts.storage = server::make_read_only_storage(std::move(parts.storage));
  parts.keys = server::make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
  parts.record = server::HighWater::in_memory();
}

void log_counts(const server::ShadowCounts& counts) {
  log::info("shadow_summary", {{"compared", static_cast<std::int64_t>(counts.compared)},
                               {"differences", static_cast<std::int64_t>(counts.differences)},
                               {"failed", static_cast<std::int64_t>(counts.failed)},
                               {"skipped", static_cast<std::int64_t>(counts.skipped)}});
}

Result<void> shadow(const Invocation& invocation) {
  const std::string url = invocation.option("--beside"), path = invocation.option("--differences");
  if (url.empty() || path.empty()) {
    return fail(ErrorCode::usage, "shadow needs --beside and --differences",
                "boltseald shadow --beside https://OLD:4443 --differences FILE");
  }
  if (!invocation.loaded.config.server)
    return fail(ErrorCode::usage, "the configuration has no server", "name its file with --config");
  auto fetch = BS_TRY(make_shadow_fetch(url, invocation.option("--beside-ca")));
  const auto report = append_to(BS_TRY(open_report(path)));
  std::unique_ptr<server::Shadow> shadow;
  ServeVariant variant;
  variant.adapt = only_read;
  variant.handlers = [&](server::TrustServer& trust) {
    shadow = std::make_unique<server::Shadow>(trust.handlers(), trust.storage(), std::move(fetch), report,
                                              trust.metrics());
    return shadow->handlers();
  };
  variant.started = [&] { shadow->start(); };
  variant.stopping = [&] {
    shadow->stop();
    log_counts(shadow->counts());
  };
  // Its keys are of no use here: neither passphrases nor a sealing key are needed.
  LoadedConfig loaded = invocation.loaded;
  loaded.config.server->keys = KeysConfig{.place = KeyPlace::memory};
  loaded.config.signer.reset();
  return serve(loaded, BS_TRY(invocation.places()), invocation.variables, variant);
}

}  // namespace

const CommandEntry kShadow{.words = "shadow",
                           .help = "answer beside an old server, compare every answer, change nothing",
                           .options = kOptions,
                           .run = shadow};

}  // namespace boltseal::daemon
