// Errors as the notary API answers them: a status, one element in Docker's registry style, and for refused
// updates a typed detail from which stock clients rebuild their own error (NOTARY-SERVER.md 2.2, 2.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/server/response.h"

namespace boltseal::server {

/// Value type. `detail` is JSON text; without it the member is left out.
struct ApiError {
  int status = 500;
  std::string code;
  std::string message;
  std::optional<std::string> detail;
  std::string reason;                                        ///< for the log; never sent
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides Content-Type

  ApiError(int http_status, std::string_view error_code, std::string_view text,
           std::optional<std::string> detail_json = std::nullopt);
  /// Any failure inside: UNKNOWN with the status of its code; the log gets what happened.
  ApiError(const Error& error);  // NOLINT(google-explicit-constructor): lets BS_TRY hand errors up

  http::Response response() const;
};

template <typename T>
using ApiResult = tl::expected<T, ApiError>;

/// Name of a refused update, exactly as notary 0.7.0 knows it.
enum class Refusal { validation, bad_hierarchy, bad_root, bad_targets, bad_snapshot };

namespace api {

ApiError no_route();                            ///< 404 METADATA_NOT_FOUND without detail
ApiError not_found();                           ///< 404 METADATA_NOT_FOUND, detail {}
ApiError malformed_upload();                    ///< 400 MALFORMED_UPLOAD
ApiError upload_too_large();                    ///< 413 MALFORMED_UPLOAD
ApiError malformed_json();                      ///< 400 MALFORMED_JSON
ApiError no_filename();                         ///< 400 NO_FILENAME
ApiError invalid_role(std::string_view role);   ///< 400 INVALID_ROLE, detail = the role
ApiError invalid_gun(std::string_view detail);  ///< 400 INVALID_GUN, detail = text
ApiError invalid_parameters(std::optional<std::string> detail_json);  ///< 400 INVALID_PARAMETERS
ApiError old_version();                                               ///< 400 VERSION, detail {}
ApiError updating(const Error& error);  ///< 500 (507, 503) UPDATING without detail
ApiError refused(Refusal name, std::string_view text, std::string_view missing = {});  ///< 400 INVALID_UPDATE
ApiError refused_without_detail(std::string reason);                                   ///< 400 INVALID_UPDATE
ApiError denied(std::string_view text);  ///< 403 DENIED, detail = text

}  // namespace api
}  // namespace boltseal::server
