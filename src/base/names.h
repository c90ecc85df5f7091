// Names of the field as types, each made by one factory that checks it: Gun, RoleName, KeyId, Digest, Tag.
// Names are never paths: encoders to file-system and URL segments stand here, and nowhere else
// (HOUSE rule 4). All are immutable values.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal {

/// Globally unique name of a repository: "docker.io/library/alpine", "127.0.0.1:5000/team/app".
/// Grammar: optional host[:port] first (letters of either case, digits, '.', '-', '_'; IPv6 in brackets),
/// then lower-case path components of the OCI grammar; at most 255 bytes; no component "_trust", no "%"
/// (SECURITY rule 23).
class Gun {
 public:
  static Result<Gun> parse(std::string_view text);  ///< bad_name
  /// For names that a taken-over store already holds or that a config allows: any non-empty UTF-8 text of
  /// at most 255 bytes without control characters, '*', '%', empty, "." or ".." segments.
  static Result<Gun> parse_lenient(std::string_view text);  ///< bad_name
  const std::string& str() const { return text_; }
  auto operator<=>(const Gun&) const = default;
  /// Directory below `tuf/` in Docker's and Notary's layout: the text itself (safe by construction).
  const std::string& directory() const { return text_; }
  /// Path inside a URL: '/' kept, all else percent-encoded but ':' .
  std::string url_path() const;

 private:
  explicit Gun(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// Name of a TUF role. Base roles: root, targets, snapshot, timestamp.
class RoleName {
 public:
  static Result<RoleName> parse_notary(
      std::string_view text);  ///< base role or targets/[-a-z0-9_/]+, clean; bad_role
  static Result<RoleName> parse_tuf1(std::string_view text);  ///< any UTF-8, 1..255 bytes, no NUL; bad_role
  static const RoleName& root();
  static const RoleName& targets();
  static const RoleName& snapshot();
  static const RoleName& timestamp();
  static const RoleName& releases();  ///< targets/releases

  const std::string& str() const { return text_; }
  bool is_base() const;  ///< one of the four
  bool is_delegation() const { return !is_base(); }
  bool is_notary_delegation() const;  ///< begins with "targets/"
  auto operator<=>(const RoleName&) const = default;
  std::string notary_file() const { return text_ + ".json"; }  ///< "targets/releases.json"; Notary names only
  std::string encoded_file() const;  ///< "targets%2Freleases.json", never hidden: TUF 1.0 stores
  std::string url_segment() const;   ///< "targets%2Freleases", for "<version>.<role>.json": TUF 1.0 URLs

 private:
  explicit RoleName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// Key id: 64 lower-case hex digits.
class KeyId {
 public:
  static Result<KeyId> parse(std::string_view text);  ///< bad_format
  const std::string& str() const { return text_; }
  std::string short_form() const { return text_.substr(0, 7); }
  auto operator<=>(const KeyId&) const = default;

 private:
  explicit KeyId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using Sha256 = std::array<std::uint8_t, 32>;
using Sha512 = std::array<std::uint8_t, 64>;

/// Digest of content in an OCI registry; SHA-256 only: "sha256:<64 lower-case hex>".
class Digest {
 public:
  static Result<Digest> parse(std::string_view text);  ///< bad_format
  static Digest of_sha256(const Sha256& hash) { return Digest(hash); }
  const Sha256& sha256() const { return hash_; }
  std::string str() const;  ///< "sha256:..."
  std::string hex() const;
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(const Sha256& hash) : hash_(hash) {}
  Sha256 hash_;
};

/// Tag of an image: [A-Za-z0-9_][A-Za-z0-9._-]{0,127}.
class Tag {
 public:
  static Result<Tag> parse(std::string_view text);  ///< bad_name
  const std::string& str() const { return text_; }
  /// Reserved for trust data: boltseal-trust*, sha256-<64 hex>* (SECURITY rule 18).
  bool is_reserved() const;
  auto operator<=>(const Tag&) const = default;

 private:
  explicit Tag(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace boltseal
