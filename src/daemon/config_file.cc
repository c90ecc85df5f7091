#include "daemon/config_file.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "daemon/notary_config.h"
#include "daemon/notary_members.h"
#include "json/reader.h"

namespace boltseal::daemon {
namespace {

struct File {
  std::string text;
  std::string directory;
  json::Document document;
};

/// What only notary's files have at the top.
constexpr std::array<std::string_view, 6> kNotaryTrees = {"trust_service", "storage",   "auth",
                                                          "caching",       "reporting", "repositories"};
constexpr std::array<std::string_view, 5> kNotaryServerMembers = {"http_addr", "grpc_addr", "tls_cert_file",
                                                                  "tls_key_file", "client_ca_file"};

std::string working_directory() {
  std::error_code ignored;  // without one, relative names stay relative
  return std::filesystem::current_path(ignored).string();
}

/// viper takes the format from the ending.
Result<void> check_format(const std::string& path) {
  for (const std::string_view ending : {".toml", ".yaml", ".yml", ".hcl", ".properties"}) {
    if (!path.ends_with(ending)) continue;
    return fail(ErrorCode::bad_config, "the configuration " + escape_untrusted(path) + " is not JSON",
                "convert it once, for example with `yq -p toml -o json` or `yq -o json`, save it as "
                "FILE.json and name "
                "that file; member names and values stay the same");
  }
  return {};
}

Result<File> open_file(const std::string& path) {
  BS_TRY(check_format(path));
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
  auto text = read_file(path, limits::kConfigBytes);
  if (!text) return fail(std::move(text).error().within("the configuration"));
  // Notary's files may hold fractions, where they are then ignored or refused by name.
  auto document = json::Document::parse(*text, {.bytes = limits::kConfigBytes, .real_numbers = true});
  if (!document) {
    return fail(ErrorCode::bad_config, escape_untrusted(path) + ": " + document.error().what(),
                document.error().hint());
  }
  return File{std::move(*text), directory, std::move(*document)};
}

Result<LoadedConfig> read_signer_file(const std::string& path, const Environment& environment) {
  const File file = BS_TRY(open_file(path));
  if (kind_of_config(file.document.root(), FileKind::notary_signer) != FileKind::notary_signer) {
    return fail(ErrorCode::bad_config, escape_untrusted(path) + " is no configuration of notary-signer",
                "--signer-config names the file with server.grpc_addr");
  }
  return signer_from_notary({file.document.root(), file.directory, working_directory(), environment});
}

Result<LoadedConfig> read_main_file(const ConfigSource& source, const Environment& environment) {
  File file = BS_TRY(open_file(source.path));
  const bool joined = !source.signer_path.empty();
  const NotaryFile notary{file.document.root(), file.directory, working_directory(), environment};
  const FileKind kind = kind_of_config(file.document.root(), source.preferred);
  if (joined && kind != FileKind::notary_server) {
    return fail(
        ErrorCode::bad_config, escape_untrusted(source.path) + " is no configuration of notary-server",
        "--signer-config joins the file of a notary-signer to that of a notary-server; boltseald's own "
        "configuration holds the signer as its member `signer`");
  }
  if (kind == FileKind::notary_server) return server_from_notary(notary, joined);
  if (kind == FileKind::notary_signer) return signer_from_notary(notary);
  LoadedConfig loaded;
  loaded.config = BS_TRY(parse_config(std::move(file.text), file.directory));
  return loaded;
}

template <std::size_t N>
bool has_one_of(const json::Value& object, const std::array<std::string_view, N>& names) {
  for (const std::string_view name : names) {
    if (find_any_case(object, name) != nullptr) return true;
  }
  return false;
}

/// A tree `server` of boltseald's own, or something else that notary's files do not have.
bool is_surely_native(const json::Value& root, const json::Value* server) {
  if (root.find("signer") != nullptr || root.find("metrics") != nullptr) return true;
  if (server == nullptr) return false;
  for (const std::string_view name : {"listen", "storage", "keys", "limits", "repositories"}) {
    if (server->find(name) != nullptr) return true;
  }
  return false;
}

}  // namespace

FileKind kind_of_config(const json::Value& root, FileKind preferred) {
  const json::Value* server = find_any_case(root, "server");
  if (find_any_case(root, "server.grpc_addr") != nullptr) return FileKind::notary_signer;
  if (server != nullptr && find_any_case(*server, "grpc_addr") != nullptr &&
      preferred != FileKind::notary_server)
    return FileKind::notary_signer;
  const bool notarys = has_one_of(root, kNotaryTrees) || find_any_case(root, "server.http_addr") != nullptr ||
                       (server != nullptr && has_one_of(*server, kNotaryServerMembers));
  if (notarys) return preferred == FileKind::notary_signer ? preferred : FileKind::notary_server;
  return is_surely_native(root, server) ? FileKind::native : preferred;
}

Result<LoadedConfig> read_config(const ConfigSource& source, const Environment& environment) {
  auto loaded = BS_TRY(read_main_file(source, environment));
  if (source.signer_path.empty()) return loaded;
  auto signer = BS_TRY(read_signer_file(source.signer_path, environment));
  loaded.config.signer = std::move(signer.config.signer);
  for (const std::string& warning : signer.warnings)
    loaded.warnings.push_back(escape_untrusted(source.signer_path) + ": " + warning);
  return loaded;
}

}  // namespace boltseal::daemon
