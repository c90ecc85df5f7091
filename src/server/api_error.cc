#include "server/api_error.h"

#include <fmt/core.h>

#include "json/writer.h"

namespace boltseal::server {
namespace {

/// As Go's encoder: it escapes < > &, and leaves the rest of Unicode alone.
constexpr json::WriterOptions kAsGo{.indent = {}, .html_escape = true, .display_safe = false};

std::string_view name_of(Refusal name) {
  switch (name) {
    case Refusal::validation:
      return "ErrValidation";
    case Refusal::bad_hierarchy:
      return "ErrBadHierarchy";
    case Refusal::bad_root:
      return "ErrBadRoot";
    case Refusal::bad_targets:
      return "ErrBadTargets";
    case Refusal::bad_snapshot:
      return "ErrBadSnapshot";
  }
  return "ErrValidation";
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text, kAsGo);
  return out;
}

constexpr std::string_view kNotFound = "You have requested metadata that does not exist.";
constexpr std::string_view kInvalidUpdate = "Update sent by the client is invalid.";
constexpr std::string_view kMalformed = "The body of your request is malformed.";

}  // namespace

ApiError::ApiError(int http_status, std::string_view error_code, std::string_view text,
                   std::optional<std::string> detail_json)
    : status(http_status), code(error_code), message(text), detail(std::move(detail_json)) {}

ApiError::ApiError(const Error& error)
    : status(http_status(error.code()) < 500 ? 500 : http_status(error.code())),
      code("UNKNOWN"),
      message("unknown error"),
      detail("{}"),
      reason(fmt::format("{}: {}", name_of(error.code()), error.what())) {}

http::Response ApiError::response() const {
  json::Writer writer(kAsGo);
  writer.begin_object().name("errors").begin_array().begin_object();
  writer.member("code", code).member("message", message);
  if (detail) writer.name("detail").raw(*detail);
  writer.end_object().end_array().end_object();
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  for (const auto& [name, value] : headers) response.headers.add(name, value);
  response.body = writer.take() + "\n";
  return response;
}

namespace api {

ApiError no_route() { return {404, "METADATA_NOT_FOUND", kNotFound}; }
ApiError not_found() { return {404, "METADATA_NOT_FOUND", kNotFound, "{}"}; }
ApiError malformed_upload() { return {400, "MALFORMED_UPLOAD", kMalformed}; }
ApiError upload_too_large() { return {413, "MALFORMED_UPLOAD", kMalformed}; }
ApiError malformed_json() {
  return {400, "MALFORMED_JSON", "JSON sent by the client could not be parsed by the server"};
}
ApiError no_filename() { return {400, "NO_FILENAME", "No file/role name provided."}; }
ApiError invalid_role(std::string_view role) {
  return {400, "INVALID_ROLE", "The role you are attempting to operate on is invalid.", quoted(role)};
}
ApiError invalid_gun(std::string_view detail) {
  return {400, "INVALID_GUN", "The server does not support actions on images of this name.", quoted(detail)};
}
ApiError invalid_parameters(std::optional<std::string> detail_json) {
  return {400, "INVALID_PARAMETERS", "The parameters provided are not valid.", std::move(detail_json)};
}
ApiError old_version() { return {400, "VERSION", "A newer version of metadata is already available.", "{}"}; }

ApiError updating(const Error& error) {
  ApiError out(http_status(error.code()) < 500 ? 500 : http_status(error.code()), "UPDATING",
               "An error has occurred while updating the TUF repository.");
  out.reason = fmt::format("{}: {}", boltseal::name_of(error.code()), error.what());
  return out;
}

ApiError refused(Refusal name, std::string_view text, std::string_view missing) {
  json::Writer writer(kAsGo);
  writer.begin_object().member("Name", name_of(name)).name("Error").begin_object();
  if (name == Refusal::bad_hierarchy) writer.member("Missing", missing);
  writer.member("Msg", text).end_object().end_object();
  ApiError out(400, "INVALID_UPDATE", kInvalidUpdate, writer.take());
  out.reason = fmt::format("{}: {}", name_of(name), text);
  return out;
}

ApiError refused_without_detail(std::string reason) {
  ApiError out(400, "INVALID_UPDATE", kInvalidUpdate);
  out.reason = std::move(reason);
  return out;
}

ApiError denied(std::string_view text) {
  return {403, "DENIED", "requested access to the resource is denied", quoted(text)};
}

}  // namespace api
}  // namespace boltseal::server
