#include "transport/notary_http.h"

#include "base/limits.h"
#include "base/untrusted.h"
#include "http/error_body.h"
#include "transport/file_names.h"
#include "transport/http_site.h"

namespace boltseal::transport {
namespace {

/// What notary's client makes of a validation error (tuf/validation/errors.go).
std::string_view prefix_of(std::string_view name) {
  if (name == "ErrBadRoot") return "The root metadata is invalid: ";
  if (name == "ErrBadTargets") return "The targets metadata is invalid: ";
  if (name == "ErrBadSnapshot") return "The snapshot metadata is invalid: ";
  if (name == "ErrBadHierarchy") return "Metadata hierarchy is incomplete: ";
  return "An error occurred during validation: ";
}

ErrorCode code_of_refusal(const http::RemoteError& error) {
  if (error.code == "VERSION") return ErrorCode::conflict;
  if (error.code == "INVALID_GUN") return ErrorCode::bad_name;
  if (error.code == "INVALID_ROLE") return ErrorCode::bad_role;
  if (error.code == "MALFORMED_JSON" || error.code == "MALFORMED_UPLOAD" || error.code == "NO_FILENAME")
    return ErrorCode::bad_format;
  return ErrorCode::update_refused;
}

/// The refusal of a publish (status 400).
Error refused_update(const http::Response& answer, const std::string& where) {
  const auto error = http::parse_error_body(answer.body);
  const std::string intro = where + ": trust server rejected operation.";
  if (!error)
    return Error(ErrorCode::update_refused, intro,
                 "the server said: " + http::describe_refusal(answer.status, answer.body));
  const auto code = code_of_refusal(*error);
  std::string reason;
  if (!error->detail_name.empty() || !error->detail_message.empty()) {
    if (!error->detail_name.empty()) reason = prefix_of(error->detail_name);
    reason += escape_untrusted(error->detail_message);
  } else {
    reason = escape_untrusted(error->message);
  }
  const auto hint = code == ErrorCode::conflict
                        ? std::string("others published first: fetch the new state and sign again")
                        : "the server's code is " + escape_untrusted(error->code, 64);
  return Error(code, intro + " Reason: " + reason, hint);
}

/// Parts and publishing are the same for both forms; names differ.
class HttpTransport : public Transport {
 public:
  HttpTransport(HttpSite site, crypto::Random& random) : site_(std::move(site)), random_(random) {}

  std::string describe() const override { return site_.base(); }

  std::vector<Result<std::string>> fetch_all(const std::vector<Item>& items) override {
    std::vector<Result<std::string>> out(items.size(), fail(ErrorCode::internal, "not asked"));
    std::vector<SiteQuestion> questions;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto name = file_name(items[i]);
      if (!name) {
        out[i] = fail(std::move(name).error());
        continue;
      }
      questions.push_back({.path = metadata_folder() + *name,
                           .limit = std::max(items[i].limit, limits::kErrorBodyBytes),
                           .actions = site_.read_actions()});
      places.push_back(i);
    }
    auto answers = site_.ask_all(questions);
    for (std::size_t k = 0; k < answers.size(); ++k) {
      const auto& item = items[places[k]];
      out[places[k]] = bounded(
          site_.body_of(std::move(answers[k]), absent(item, site_.gun().str(), site_.authority())), item);
    }
    return out;
  }

  Result<void> publish(const std::vector<Part>& parts) override {
    std::vector<std::pair<std::string, std::string_view>> files;
    for (const auto& part : parts) files.emplace_back(BS_TRY(part_name(part)), part.bytes);
    const auto boundary = make_boundary(random_);
    const auto answer = BS_TRY(site_.ask({.method = "POST",
                                          .path = publish_folder(),
                                          .limit = limits::kErrorBodyBytes,
                                          .actions = site_.write_actions(),
                                          .content_type = "multipart/form-data; boundary=" + boundary,
                                          .body = multipart_body(files, boundary)}));
    if (answer.status == 200) return {};
    if (answer.status == 400 || answer.status == 409) return fail(refused_update(answer, site_.base()));
    return fail(site_.refusal(answer));
  }

  Result<void> remove_all() override {
    const auto answer = BS_TRY(
        site_.ask({.method = "DELETE", .path = "tuf/", .limit = limits::kErrorBodyBytes, .actions = "*"}));
    if (answer.status == 200) return {};
    if (answer.status == 404)
      return fail(ErrorCode::no_trust_data,
                  site_.authority() + " does not have trust data for " + site_.gun().str());
    return fail(site_.refusal(answer));
  }

 protected:
  virtual Result<std::string> file_name(const Item& item) const = 0;
  virtual Result<std::string> part_name(const Part& part) const = 0;
  virtual std::string metadata_folder() const = 0;
  virtual std::string publish_folder() const = 0;

  /// The answer's limit leaves room for an error body; the file's own limit is checked here.
  static Result<std::string> bounded(Result<std::string> bytes, const Item& item) {
    if (!bytes || bytes->size() <= item.limit) return bytes;
    return fail(ErrorCode::limit_exceeded, escape_untrusted(item.role.str()) + " has " +
                                               std::to_string(bytes->size()) + " bytes, more than " +
                                               std::to_string(item.limit));
  }

  Result<std::string> key(const std::string& method, const RoleName& role, std::string_view actions) {
    if (role != RoleName::snapshot() && role != RoleName::timestamp())
      return fail(ErrorCode::bad_role, "a server holds snapshot and timestamp keys only");
    auto answer = site_.ask({.method = method,
                             .path = "tuf/" + role.str() + ".key",
                             .limit = limits::kErrorBodyBytes,
                             .actions = actions});
    return site_.body_of(std::move(answer),
                         Error(ErrorCode::key_missing, site_.authority() + " has no " + role.str() +
                                                           " key for " + site_.gun().str()));
  }

  HttpSite site_;
  crypto::Random& random_;
};

class NotaryHttp final : public HttpTransport {
 public:
  using HttpTransport::HttpTransport;
  tuf::Form form() const override { return tuf::Form::notary; }
  Result<std::string> server_key(const RoleName& role) override {
    return key("GET", role, site_.write_actions());
  }
  Result<std::string> rotate_server_key(const RoleName& role) override { return key("POST", role, "*"); }

 private:
  Result<std::string> file_name(const Item& item) const override { return notary_file_name(item); }
  Result<std::string> part_name(const Part& part) const override {
    BS_TRY(RoleName::parse_notary(part.role.str()));
    return part.role.str();
  }
  std::string metadata_folder() const override { return "tuf/"; }
  std::string publish_folder() const override { return "tuf/"; }
};

class Tuf1Http final : public HttpTransport {
 public:
  using HttpTransport::HttpTransport;
  tuf::Form form() const override { return tuf::Form::tuf1; }
  // Keys of the two forms are the same at a server.
  Result<std::string> server_key(const RoleName& role) override {
    return key("GET", role, site_.write_actions());
  }
  Result<std::string> rotate_server_key(const RoleName& role) override { return key("POST", role, "*"); }

 private:
  Result<std::string> file_name(const Item& item) const override { return tuf1_file_name(item); }
  Result<std::string> part_name(const Part& part) const override {
    const bool timestamp =
        part.role == RoleName::timestamp();  // the one file that never has a version in its name
    if (!part.version && !timestamp)
      return fail(ErrorCode::usage, "a TUF 1.0 file is published with its version");
    return tuf1_file_name(Item{part.role, 0, std::nullopt, timestamp ? std::nullopt : part.version});
  }
  std::string metadata_folder() const override { return "tuf1/metadata/"; }
  std::string publish_folder() const override { return "tuf1/"; }
};

}  // namespace

Result<std::unique_ptr<Transport>> notary_http(http::AuthenticatedClient& http, HttpLocation location,
                                               crypto::Random& random) {
  return std::unique_ptr<Transport>(
      std::make_unique<NotaryHttp>(BS_TRY(HttpSite::make(http, std::move(location))), random));
}

Result<std::unique_ptr<Transport>> tuf1_http(http::AuthenticatedClient& http, HttpLocation location,
                                             crypto::Random& random) {
  return std::unique_ptr<Transport>(
      std::make_unique<Tuf1Http>(BS_TRY(HttpSite::make(http, std::move(location))), random));
}

}  // namespace boltseal::transport
