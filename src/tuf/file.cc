#include "tuf/file.h"

#include "crypto/digest.h"
#include "json/canonical.h"

namespace boltseal::tuf {

FileData::FileData(Form form, json::Document document, std::vector<Signature> signatures)
    : form_(form),
      document_(std::move(document)),
      signatures_(std::move(signatures)),
      sha256_(crypto::sha256(std::string_view(document_.text()))) {}

std::string FileData::signed_bytes() const {
  const json::Value* body = document_.root().find("signed");
  if (!body) return {};
  if (body->source_is_canonical()) return std::string(body->source());
  auto text = json::canonical(*body, form_ == Form::notary ? json::Dialect::notary : json::Dialect::olpc);
  // The reader admits no number without a canonical form; an empty text would verify nowhere.
  return text ? std::move(*text) : std::string();
}

std::string_view FileData::signed_source() const {
  const json::Value* body = document_.root().find("signed");
  return body ? body->source() : std::string_view();
}

}  // namespace boltseal::tuf
