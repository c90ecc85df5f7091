#include "keys/key_import.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "crypto/pkcs8.h"
#include "tuf/key.h"

namespace boltseal::keys {
namespace {

// Where a key belongs, from its headers and, where these are silent, the options.
struct Place {
  std::string role;
  std::optional<Gun> gun;
  std::optional<KeyId> id;  // that the header `path` promises
};

std::string take_header(crypto::PemBlock& block, std::string_view name) {
  const std::string* value = block.header(name);
  std::string out = value == nullptr ? "" : *value;
  block.remove_header(name);
  return out;
}

// Old bundles have paths of directories: "tuf_keys/<gun>/<id>", "root_keys/<id>", the last part perhaps
// "<id>_<role>".
void read_old_path(std::string& path, std::string& role, std::string& gun) {
  const std::size_t first = path.find('/');
  const std::size_t last = path.rfind('/');
  if (first != std::string::npos) {
    const bool targets = path.starts_with("tuf_keys/");
    if (targets && gun.empty() && last > first) gun = path.substr(first + 1, last - first - 1);
    if (path.starts_with("root_keys/") && role.empty()) role = "root";
    path.erase(0, last + 1);
  }
  const std::size_t mark = path.find('_');
  if (mark == std::string::npos) return;
  if (role.empty()) role = path.substr(mark + 1);
  path.erase(mark);
}

Result<Place> place_of(crypto::PemBlock& block, const ImportOptions& options) {
  std::string path = take_header(block, "path");
  std::string role = take_header(block, "role");
  std::string gun = take_header(block, "gun");
  const bool names_id = !path.empty();
  read_old_path(path, role, gun);

  Place out;
  out.role = !role.empty() ? role : !options.role.empty() ? options.role : "delegation";
  if (names_id) {
    auto id = KeyId::parse(path);
    if (!id) {
      return fail(ErrorCode::bad_key,
                  fmt::format("header path \"{}\" does not name a key id", escape_untrusted(path)));
    }
    out.id = *std::move(id);
  }
  if (!role_has_gun(out.role)) return out;
  if (!gun.empty()) {
    out.gun = BS_TRY(Gun::parse_lenient(gun));
  } else if (options.gun) {
    out.gun = options.gun;
  } else {
    return fail(ErrorCode::bad_role,
                fmt::format("a {} key belongs to a repository, and none was named", out.role),
                "name the GUN of the repository");
  }
  return out;
}

Result<KeyInfo> import_sealed(FileKeyStore& store, crypto::PemBlock block, const Place& place) {
  block.set_header("role", place.role);
  if (place.gun) block.set_header("gun", place.gun->str());
  return store.add_sealed(*place.id, std::move(block));
}

// The key keeps its passphrase, in the format that every client of the field can read.
Result<KeyInfo> import_encrypted(FileKeyStore& store, const crypto::PemBlock& block, const Place& place) {
  crypto::SoftwareKeyPtr key;
  Secret passphrase;
  BS_TRY(store.passphrases().open({.role = place.role}, [&](const Secret& answer) -> Result<void> {
    key = BS_TRY(crypto::load_private_key(block, &answer));
    passphrase = answer.clone();
    return {};
  }));
  if (passphrase.empty()) return store.add(key, place.role, place.gun);
  return store.add(key, place.role, place.gun, passphrase);
}

Result<KeyInfo> import_plain(FileKeyStore& store, const crypto::PemBlock& block, const Place& place) {
  const crypto::SoftwareKeyPtr key = BS_TRY(crypto::load_private_key(block, nullptr));
  const KeyId id = tuf::canonical_key_id(*key->public_key());
  if (place.id && *place.id != id) {
    return fail(ErrorCode::bad_key, fmt::format("header path names key {}, but the block holds key {}",
                                                place.id->str(), id.str()));
  }
  return store.add(key, place.role, place.gun);
}

Result<KeyInfo> import_block(FileKeyStore& store, crypto::PemBlock block, const ImportOptions& options) {
  if (!crypto::is_private_key(block)) {
    return fail(ErrorCode::bad_key,
                fmt::format("PEM block \"{}\" is no private key", escape_untrusted(block.type, 64)));
  }
  const Place place = BS_TRY(place_of(block, options));
  if (!crypto::is_encrypted(block)) return import_plain(store, block, place);
  if (place.id) return import_sealed(store, std::move(block), place);
  return import_encrypted(store, block, place);
}

}  // namespace

Result<ImportReport> import_keys(FileKeyStore& store, std::string_view pem, const ImportOptions& options) {
  ImportReport report;
  for (crypto::PemBlock& block : BS_TRY(crypto::pem_read_all(pem))) {
    auto imported = import_block(store, std::move(block), options);
    if (imported) {
      report.imported.push_back(*std::move(imported));
    } else if (imported.error().code() == ErrorCode::aborted) {
      return fail(std::move(imported).error());
    } else {
      report.rejected.push_back(std::move(imported).error());
    }
  }
  if (report.imported.empty() && report.rejected.empty()) {
    return fail(ErrorCode::bad_key, "there is no PEM block with a private key in the file");
  }
  return report;
}

}  // namespace boltseal::keys
