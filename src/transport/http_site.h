// What the HTTP transports share: addresses, scopes, refusals as errors. For .cc files of this room alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/client/authenticated.h"
#include "transport/notary_http.h"

namespace boltseal::transport {

/// One question below /v2/<GUN>/_trust/. `path` is encoded.
struct SiteQuestion {
  std::string method = "GET";
  std::string path;
  std::size_t limit;
  std::string_view actions;
  std::string content_type;
  std::string body;
};

class HttpSite {
 public:
  /// bad_config, usage.
  static Result<HttpSite> make(http::AuthenticatedClient& http, HttpLocation location);

  const std::string& read_actions() const { return location_.read_actions; }
  const std::string& write_actions() const { return location_.write_actions; }
  const Gun& gun() const { return location_.gun; }
  const std::string& base() const { return base_text_; }
  std::string authority() const { return base_.authority(); }

  Result<http::Response> ask(const SiteQuestion& question);
  /// All with the same actions (those of the first).
  std::vector<Result<http::Response>> ask_all(const std::vector<SiteQuestion>& questions);

  /// Body of a 200, or the error that `absent` names for 404, or that of any other status.
  Result<std::string> body_of(Result<http::Response> answer, const Error& absent) const;
  /// Of statuses that no caller treats by itself. Texts as notary 0.7.0's client, after what was asked.
  Error refusal(const http::Response& answer) const;

 private:
  HttpSite(http::AuthenticatedClient& http, HttpLocation location, http::Url base);
  Result<http::Request> request_for(const SiteQuestion& question) const;
  http::Access access(std::string_view actions) const;

  http::AuthenticatedClient* http_;
  HttpLocation location_;
  http::Url base_;
  std::string base_text_;
};

/// multipart/form-data with one part `name="files"` for each file, as Go's mime/multipart writes it
/// (NOTARY-SERVER 2.4). `boundary`: 60 hex digits.
std::string multipart_body(const std::vector<std::pair<std::string, std::string_view>>& files,
                           const std::string& boundary);
std::string make_boundary(crypto::Random& random);

}  // namespace boltseal::transport
