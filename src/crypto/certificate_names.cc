#include "crypto/certificate_names.h"

#include <algorithm>

#include "crypto/der.h"
#include "crypto/oids.h"

namespace boltseal::crypto {
namespace {

constexpr unsigned kExtensions = 3;
constexpr std::size_t kMaxNames = 256;

/// Content of the extension; empty where there is none. Certificate::from_der has checked what is around it.
Result<ByteView> find_extension(ByteView certificate, ByteView wanted) {
  der::Reader whole(certificate);
  der::Reader parts = BS_TRY(whole.enter(der::kSequence));
  der::Reader tbs = BS_TRY(parts.enter(der::kSequence));
  while (!tbs.at_end() && tbs.peek() != der::context(kExtensions)) BS_TRY(tbs.next());
  if (tbs.at_end()) return ByteView();
  der::Reader wrapped = BS_TRY(tbs.enter(der::context(kExtensions)));
  der::Reader extensions = BS_TRY(wrapped.enter(der::kSequence));
  while (!extensions.at_end()) {
    der::Reader extension = BS_TRY(extensions.enter(der::kSequence));
    const ByteView kind = BS_TRY(extension.read(der::kOid));
    if (extension.peek() == der::kBoolean) BS_TRY(extension.next());
    if (oid::equal(kind, wanted)) return extension.read(der::kOctetString);
  }
  return ByteView();
}

bool is_printable(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

Result<AlternativeNames> alternative_names(const Certificate& certificate) {
  AlternativeNames out;
  const ByteView extension = BS_TRY(find_extension(certificate.der(), oid::kSubjectAltName));
  if (extension.empty()) return out;
  der::Reader value(extension);
  der::Reader names = BS_TRY(value.enter(der::kSequence));
  BS_TRY(value.end());
  for (std::size_t count = 0; !names.at_end(); ++count) {
    if (count == kMaxNames) return fail(ErrorCode::bad_format, "certificate with over 256 names");
    const der::Reader::Element name = BS_TRY(names.next());
    std::vector<std::string>* list = nullptr;
    if (name.tag == der::context_primitive(1)) list = &out.emails;
    if (name.tag == der::context_primitive(2)) list = &out.dns;
    if (name.tag == der::context_primitive(6)) list = &out.uris;
    if (list == nullptr) continue;
    if (!is_printable(as_text(name.content)))
      return fail(ErrorCode::bad_format, "certificate with a name that is no printable ASCII");
    list->emplace_back(as_text(name.content));
  }
  return out;
}

}  // namespace boltseal::crypto
