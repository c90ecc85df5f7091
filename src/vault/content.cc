#include "vault/content.h"

#include "tuf/codec.h"

namespace boltseal::vault {
namespace {

/// A guess from the text; the codec then demands `_type` to the byte, so a wrong guess refuses.
tuf::Form guess_form(std::string_view message, tuf::FileType type) {
  const std::string tuf1 = "\"_type\":\"" + std::string(tuf::wire_type(tuf::Form::tuf1, type)) + "\"";
  return message.find(tuf1) != std::string_view::npos ? tuf::Form::tuf1 : tuf::Form::notary;
}

tuf::FileType guess_type(std::string_view message) {
  for (const tuf::Form form : {tuf::Form::notary, tuf::Form::tuf1}) {
    const std::string type =
        "\"_type\":\"" + std::string(tuf::wire_type(form, tuf::FileType::snapshot)) + "\"";
    if (message.find(type) != std::string_view::npos) return tuf::FileType::snapshot;
  }
  return tuf::FileType::timestamp;
}

template <typename T>
Result<Content> judge(const Result<tuf::Unverified<T>>& file, std::string_view message, Time now) {
  if (!file) return fail(Error(file.error()).within("content to sign"));
  if (file->signed_bytes() != message)
    return fail(ErrorCode::bad_format, "content to sign is not in canonical form");
  if (file->body().expires > now + kMaxLifetime)
    return fail(ErrorCode::policy_denied, "content to sign expires more than three years from now");
  return Content{file->form(), file->body().version};
}

}  // namespace

Result<Content> judge_content(const std::optional<RoleName>& role, std::string_view message, Time now) {
  const tuf::FileType type = role ? tuf::file_type(*role) : guess_type(message);
  if (type != tuf::FileType::snapshot && type != tuf::FileType::timestamp)
    return fail(ErrorCode::bad_role, "the vault signs for snapshot and timestamp only");
  const tuf::Form form = guess_form(message, type);
  std::string bytes = tuf::assemble(form, tuf::wire_text(form, message), {});
  if (type == tuf::FileType::snapshot)
    return judge(tuf::parse_snapshot(form, std::move(bytes)), message, now);
  return judge(tuf::parse_timestamp(form, std::move(bytes)), message, now);
}

}  // namespace boltseal::vault
