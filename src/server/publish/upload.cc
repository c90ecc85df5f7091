#include "server/publish/upload.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "http/server/multipart.h"
#include "server/publish/go_decode.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

constexpr std::string_view kJson = ".json";
constexpr std::string_view kNotaryPrefix = "n1/";

template <typename T>
ParsedFile take(Result<tuf::Unverified<T>> parsed, UploadedFile& file) {
  if (!parsed) {
    file.problem = parsed.error().what();
    return {};
  }
  file.version = (*parsed)->version;
  return std::move(*parsed);
}

ParsedFile parse(tuf::Form form, const RoleName& role, std::string bytes, UploadedFile& file) {
  const tuf::ReadOptions options{.max_bytes = limits::kNotaryMetadataBytes};
  switch (tuf::file_type(role)) {
    case tuf::FileType::root:
      return take(tuf::parse_root(form, std::move(bytes), options), file);
    case tuf::FileType::targets:
      return take(tuf::parse_targets(form, role, std::move(bytes), options), file);
    case tuf::FileType::snapshot:
      return take(tuf::parse_snapshot(form, std::move(bytes), options), file);
    case tuf::FileType::timestamp:
      return take(tuf::parse_timestamp(form, std::move(bytes), options), file);
  }
  return {};
}

ApiResult<std::vector<http::Part>> read_parts(std::string_view content_type, std::string_view body) {
  const auto boundary = http::multipart_boundary(content_type);
  if (!boundary) return tl::unexpected(api::malformed_upload());
  // A snapshot may name more roles than that, but no client sends so many in one go.
  constexpr std::size_t kParts = 20'000;
  auto parts = http::parse_multipart(body, *boundary, {.parts = kParts});
  if (!parts) return tl::unexpected(api::malformed_upload());
  return std::move(*parts);
}

std::string_view without_json(std::string_view name) {
  if (name.ends_with(kJson)) name.remove_suffix(kJson.size());
  return name;
}

ApiResult<void> add_notary(Upload& upload, std::string_view name, std::string_view data) {
  const std::string_view text = without_json(name);
  if (text.empty()) return tl::unexpected(api::no_filename());
  const auto role = RoleName::parse_notary(text);
  if (!role) return tl::unexpected(api::invalid_role(text));
  auto file = read_uploaded_file(tuf::Form::notary, *role, std::string(data));
  if (!file) return tl::unexpected(file.error());
  upload.notary.insert_or_assign(*role, std::move(*file));
  return {};
}

/// "3.targets%2Fa.json" and "targets/a.json" are the same role.
ApiResult<void> add_tuf1(Upload& upload, std::string_view name, std::string_view data) {
  std::string_view text = without_json(name);
  const std::size_t dot = text.find('.');
  const bool versioned = dot != 0 && dot != std::string_view::npos &&
                         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dot),
                                     [](char c) { return c >= '0' && c <= '9'; });
  if (versioned) text.remove_prefix(dot + 1);
  if (text.empty()) return tl::unexpected(api::no_filename());
  const auto decoded = percent_decode(text);
  const auto role = decoded ? RoleName::parse_tuf1(*decoded) : RoleName::parse_tuf1("");
  if (!role) return tl::unexpected(api::invalid_role(text));
  auto file = read_uploaded_file(tuf::Form::tuf1, *role, std::string(data));
  if (!file) return tl::unexpected(file.error());
  upload.tuf1.insert_or_assign(*role, std::move(*file));
  return {};
}

}  // namespace

const std::string& UploadedFile::bytes() const {
  return std::visit(
      [this](const auto& file) -> const std::string& {
        if constexpr (std::is_same_v<std::decay_t<decltype(file)>, std::monostate>) {
          return refused_bytes;
        } else {
          return file.bytes();
        }
      },
      parsed);
}

ApiResult<UploadedFile> read_uploaded_file(tuf::Form form, const RoleName& role, std::string bytes) {
  UploadedFile file;
  bytes.reserve(bytes.size() + json::Document::kPadding);
  std::string copy = bytes;
  file.parsed = parse(form, role, std::move(bytes), file);
  if (!std::holds_alternative<std::monostate>(file.parsed)) return file;
  const auto decoded = go_decode(copy);
  if (!decoded) return tl::unexpected(api::malformed_json());
  file.version = decoded->version;
  file.refused_bytes = std::move(copy);
  return file;
}

ApiResult<Upload> read_upload(std::string_view content_type, std::string_view body) {
  const auto parts = read_parts(content_type, body);
  if (!parts) return tl::unexpected(parts.error());
  Upload upload;
  for (const http::Part& part : *parts) {
    const auto added = add_notary(upload, part.filename.value_or(""), part.data);
    if (!added) return tl::unexpected(added.error());
  }
  return upload;
}

ApiResult<Upload> read_tuf1_upload(std::string_view content_type, std::string_view body) {
  const auto parts = read_parts(content_type, body);
  if (!parts) return tl::unexpected(parts.error());
  Upload upload;
  for (const http::Part& part : *parts) {
    const std::string_view name = part.filename ? std::string_view(*part.filename) : std::string_view();
    const bool notary = name.starts_with(kNotaryPrefix);
    const auto added = notary ? add_notary(upload, name.substr(kNotaryPrefix.size()), part.data)
                              : add_tuf1(upload, name, part.data);
    if (!added) return tl::unexpected(added.error());
  }
  return upload;
}

}  // namespace boltseal::server
