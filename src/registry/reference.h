// Docker's image references (as docker 20 and 28): "alpine", "me/app:1",
// "127.0.0.1:5000/team/app@sha256:...".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"

namespace boltseal::registry {

/// Immutable value. The name is normalised: docker.io as default host, "library/" for one-component names
/// there, index.docker.io = docker.io.
class Reference {
 public:
  /// bad_name with Docker's texts: "invalid reference format", "invalid reference format: repository name
  /// (library/Alpine) must be lowercase", ...
  static Result<Reference> parse(std::string_view text);

  const std::string& domain() const { return domain_; }       ///< "docker.io", "127.0.0.1:5000"
  const std::string& path() const { return path_; }           ///< "library/alpine"
  std::string name() const { return domain_ + "/" + path_; }  ///< "docker.io/library/alpine"
  std::string familiar_name() const;                          ///< "alpine"
  std::string familiar() const;                               ///< with tag and digest, as it was given
  std::string str() const;                                    ///< name, tag and digest, canonical
  const std::optional<Tag>& tag() const { return tag_; }
  const std::optional<Digest>& digest() const { return digest_; }

  bool is_name_only() const { return !tag_ && !digest_; }
  Reference with_default_tag() const;          ///< "latest" where neither tag nor digest stands
  Reference with_tag(Tag tag) const;           ///< replaces the tag, drops the digest
  Reference with_digest(Digest digest) const;  ///< replaces the digest, drops the tag

  /// The GUN: canonical name without tag (DOCKER-DCT 2.1).
  Gun gun() const;
  /// host[:port] of the registry's API: "registry-1.docker.io" for docker.io.
  std::string api_host() const;
  bool is_docker_hub() const { return domain_ == "docker.io"; }
  bool operator==(const Reference&) const = default;

 private:
  Reference(std::string domain, std::string path) : domain_(std::move(domain)), path_(std::move(path)) {}
  std::string domain_;
  std::string path_;
  std::optional<Tag> tag_;
  std::optional<Digest> digest_;
};

/// Registry host of a GUN ("docker.io", "127.0.0.1:5000"): the key of credentials and TLS directories; empty
/// where the first component is no host by Docker's rule.
std::string registry_host_of(const Gun& gun);

/// A GUN as a person writes it ("alpine", "127.0.0.1:5000/app"); bad_name, with tag or digest too.
Result<Gun> gun_of_name(std::string_view text);

}  // namespace boltseal::registry
