#include "crypto/certificate_names.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/encoding.h"
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

struct AttributeName {
  std::array<std::uint8_t, 10> oid;
  std::size_t size;
  const char* name;
};
/// The table of RFC 4514, 3.
constexpr AttributeName kAttributeNames[] = {
    {{0x55, 0x04, 0x03}, 3, "CN"},
    {{0x55, 0x04, 0x07}, 3, "L"},
    {{0x55, 0x04, 0x08}, 3, "ST"},
    {{0x55, 0x04, 0x0a}, 3, "O"},
    {{0x55, 0x04, 0x0b}, 3, "OU"},
    {{0x55, 0x04, 0x06}, 3, "C"},
    {{0x55, 0x04, 0x09}, 3, "STREET"},
    {{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19}, 10, "DC"},
    {{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01}, 10, "UID"},
};

std::string dotted(ByteView oid) {
  std::string out;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : oid) {
    arc = arc << 7 | (octet & 0x7fu);
    if ((octet & 0x80u) != 0) continue;
    if (out.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      out = std::to_string(first) + "." + std::to_string(arc - 40 * first);
    } else {
      out += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool at_edge = text[i] == ' ' && (i == 0 || i + 1 == text.size());
    if (octet < 0x20 || octet >= 0x7f) {
      out += {'\\', kDigits[octet >> 4u], kDigits[octet & 15u]};
      continue;
    }
    if (at_edge || (i == 0 && octet == '#') ||
        std::string_view("\"+,;<>\\").find(text[i]) != std::string_view::npos)
      out += '\\';
    out += text[i];
  }
}

Result<void> append_attribute(std::string& out, der::Reader attribute) {
  const ByteView kind = BS_TRY(attribute.read(der::kOid));
  const der::Reader::Element value = BS_TRY(attribute.next());
  BS_TRY(attribute.end());
  if (kind.size() > 32) return fail(ErrorCode::bad_format, "certificate with an odd subject");
  const auto* known =
      std::find_if(std::begin(kAttributeNames), std::end(kAttributeNames),
                   [&](const AttributeName& a) { return oid::equal(kind, ByteView(a.oid).first(a.size)); });
  const bool text =
      value.tag == der::kUtf8String || value.tag == der::kPrintableString || value.tag == der::kIa5String;
  if (known == std::end(kAttributeNames) || !text) {
    out +=
        (known == std::end(kAttributeNames) ? dotted(kind) : known->name) + ("=#" + hex_encode(value.whole));
    return {};
  }
  out += known->name;
  out += '=';
  append_escaped(out, as_text(value.content));
  return {};
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

Result<std::string> subject_text(const Certificate& certificate) {
  der::Reader whole(certificate.subject());
  der::Reader sets = BS_TRY(whole.enter(der::kSequence));
  std::string out;
  while (!sets.at_end()) {
    der::Reader attributes = BS_TRY(sets.enter(der::kSet));
    std::string part;
    while (!attributes.at_end()) {
      if (!part.empty()) part += '+';
      BS_TRY(append_attribute(part, BS_TRY(attributes.enter(der::kSequence))));
    }
    out.insert(0, out.empty() ? part : part + ",");
  }
  return out;
}

}  // namespace boltseal::crypto
