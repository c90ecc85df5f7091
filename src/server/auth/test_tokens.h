// For the tests of this folder: tokens signed with keys of ours, files in a throw-away folder, vectors.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/certificate.h"
#include "crypto/jwk.h"
#include "crypto/software_key.h"
#include "server/auth/options.h"

namespace boltseal::server::testing {

inline constexpr std::int64_t kNow = 1'795'503'600;  // 2026-11-24T07:00:00Z

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}
inline std::string token_vector_path(const std::string& name) {
  return std::string(BOLTSEAL_SOURCE_DIR "/tests/vectors/tokens/") + name;
}
inline std::string token_vector(const std::string& name) { return read_text(token_vector_path(name)); }

/// A throw-away folder.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "authXXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string at(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name), std::ios::binary) << text;
    return at(name);
  }

 private:
  std::string path_;
};

/// A token in the making: JSON texts, so that a test may write any nonsense.
struct TokenText {
  std::string header;
  std::string claims;
};

/// A token server with one P-256 key.
class TokenMaker {
 public:
  TokenMaker() : TokenMaker(*crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256)) {}

  const crypto::SoftwareKeyPtr& key() const { return key_; }
  std::string kid() const { return crypto::libtrust_fingerprint(*key_->public_key()); }
  /// Self-signed, no CA, valid around kNow.
  const crypto::Certificate& certificate() const { return certificate_; }
  TokenText text(const std::string& access = R"([{"type":"repository","name":"localhost:5000/a",)"
                                             R"("actions":["pull"]}])") const {
    return {R"({"typ":"JWT","alg":"ES256","kid":")" + kid() + "\"}",
            R"({"iss":"issuer","sub":"alice","aud":"service","exp":)" + std::to_string(kNow + 3600) +
                R"(,"nbf":)" + std::to_string(kNow - 10) + R"(,"access":)" + access + "}"};
  }
  /// "header.claims.signature" by ES256, whatever the header says.
  std::string sign(const TokenText& token) const {
    const std::string body =
        base64url_encode(as_bytes(token.header)) + "." + base64url_encode(as_bytes(token.claims));
    return body + "." + base64url_encode(*key_->sign_text(crypto::Scheme::ecdsa_raw_sha256, body));
  }
  std::string token(const std::string& name, const std::string& actions,
                    const std::string& type = "repository") const {
    return sign(text(R"([{"type":")" + type + R"(","name":")" + name + R"(","actions":[)" + actions + "]}]"));
  }
  TokenAuthOptions options(const Folder& folder) const {
    TokenAuthOptions out;
    out.realm = "https://auth.example/token";
    out.service = "service";
    out.issuer = "issuer";
    out.root_cert_bundle = folder.write("bundle.pem", certificate().pem());
    return out;
  }

 private:
  static constexpr Time kTime{std::chrono::seconds(kNow)};
  explicit TokenMaker(crypto::SoftwareKeyPtr key)
      : key_(std::move(key)),
        certificate_(*crypto::make_self_signed(*key_, "token signer", kTime - kDay, kTime + 30 * kDay,
                                               crypto::system_random())) {}

  crypto::SoftwareKeyPtr key_;
  crypto::Certificate certificate_;
};

/// Replaces the first occurrence.
inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

}  // namespace boltseal::server::testing
