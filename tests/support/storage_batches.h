// What tests of storages publish: small files that name each other, without signatures.
#pragma once

#include <string>
#include <string_view>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "server/storage/storage.h"

namespace boltseal::server {

namespace conformance {

inline Gun gun(std::string_view text) { return *Gun::parse_lenient(text); }
inline RoleName role(std::string_view text) { return *RoleName::parse_notary(text); }
inline Time at(int seconds) { return Time(std::chrono::seconds(1'800'000'000 + seconds)); }

inline NewFile file(std::string_view name, std::int64_t version, std::string bytes,
                    Form form = Form::notary) {
  const Sha256 hash = crypto::sha256(bytes);
  return {form, role(name), version, std::move(bytes), hash};
}

inline std::string named(std::string_view role_name, std::string_view bytes) {
  return "\"" + std::string(role_name) + "\":{\"hashes\":{\"sha256\":\"" +
         base64_encode(crypto::sha256(bytes)) + "\"}}";
}
inline std::string meta_file(const std::string& entries, int salt = 0) {
  return "{\"signed\":{\"meta\":{" + entries + "},\"salt\":" + std::to_string(salt) + "}}";
}

/// root, targets, snapshot and timestamp that name each other, all of one version.
inline Batch whole(const Gun& name, std::int64_t version, int seconds = 0) {
  const std::string number = std::to_string(version);
  const std::string root = "{\"root\":" + number + "}";
  const std::string targets = "{\"targets\":" + number + "}";
  const std::string snapshot =
      meta_file(named("root", root) + "," + named("targets", targets), static_cast<int>(version));
  const std::string timestamp = meta_file(named("snapshot", snapshot), static_cast<int>(version));
  return {name,
          at(seconds),
          {file("root", version, root), file("targets", version, targets),
           file("snapshot", version, snapshot), file("timestamp", version, timestamp)}};
}

}  // namespace conformance

}  // namespace boltseal::server
