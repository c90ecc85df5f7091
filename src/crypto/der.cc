#include "crypto/der.h"

#include <algorithm>

#include "base/secret.h"

namespace boltseal::crypto::der {
namespace {

tl::unexpected<Error> not_der(const char* what) {
  return fail(ErrorCode::bad_format, std::string("not strict DER: ") + what);
}

/// Length octets at the front of `bytes` (after the tag); how many they are goes to `octets`.
Result<std::size_t> read_length(ByteView bytes, std::size_t& octets) {
  if (bytes.empty()) return not_der("cut off before a length");
  const std::uint8_t first = bytes[0];
  octets = 1;
  if (first < 0x80) return first;
  const std::size_t count = first & 0x7fu;
  if (count == 0) return not_der("indefinite length");
  if (count > 4) return not_der("length of more than 4 octets");
  if (bytes.size() < 1 + count) return not_der("cut off inside a length");
  std::size_t length = 0;
  for (std::size_t i = 1; i <= count; ++i) length = length << 8 | bytes[i];
  if (bytes[1] == 0 || length < 0x80) return not_der("length is not minimal");
  octets = 1 + count;
  return length;
}

}  // namespace

Result<Reader::Element> Reader::next() {
  if (rest_.empty()) return not_der("an element is missing");
  const std::uint8_t tag = rest_[0];
  if ((tag & 0x1fu) == 0x1fu) return not_der("tag above 30");
  std::size_t octets = 0;
  const std::size_t length = BS_TRY(read_length(rest_.subspan(1), octets));
  const std::size_t header = 1 + octets;
  if (length > rest_.size() - header) return not_der("cut off inside an element");
  const Element element{tag, rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Result<ByteView> Reader::read(std::uint8_t tag) {
  if (peek() != tag) return not_der(rest_.empty() ? "an element is missing" : "an element has another type");
  const Element element = BS_TRY(next());
  return element.content;
}

Result<Reader> Reader::enter(std::uint8_t tag) { return Reader(BS_TRY(read(tag))); }

Result<ByteView> Reader::unsigned_integer() {
  const ByteView content = BS_TRY(read(kInteger));
  if (content.empty()) return not_der("empty INTEGER");
  if ((content[0] & 0x80u) != 0) return not_der("negative INTEGER");
  if (content.size() == 1 || content[0] != 0) return content;
  if ((content[1] & 0x80u) == 0) return not_der("INTEGER is not minimal");
  return content.subspan(1);
}

Result<std::uint64_t> Reader::small_integer() {
  const ByteView content = BS_TRY(unsigned_integer());
  if (content.size() > 8 || (content.size() == 8 && (content[0] & 0x80u) != 0))
    return not_der("INTEGER is too large");
  std::uint64_t value = 0;
  for (const std::uint8_t octet : content) value = value << 8 | octet;
  return value;
}

Result<ByteView> Reader::bit_string() {
  const ByteView content = BS_TRY(read(kBitString));
  if (content.empty() || content[0] != 0) return not_der("BIT STRING with unused bits");
  return content.subspan(1);
}

Result<void> Reader::null() {
  if (!BS_TRY(read(kNull)).empty()) return not_der("NULL with content");
  return {};
}

Result<void> Reader::end() const {
  if (!rest_.empty()) return not_der("trailing bytes");
  return {};
}

Writer::~Writer() { wipe_memory(bytes_.data(), bytes_.size()); }

Writer& Writer::element(std::uint8_t tag, ByteView content) {
  std::uint8_t head[6] = {tag};
  std::size_t size = 1;
  if (content.size() < 0x80) {
    head[size++] = static_cast<std::uint8_t>(content.size());
  } else {
    int octets = 1;
    while (octets < 4 && content.size() >> (8 * octets) != 0) ++octets;
    head[size++] = static_cast<std::uint8_t>(0x80 | octets);
    for (int i = octets - 1; i >= 0; --i) head[size++] = static_cast<std::uint8_t>(content.size() >> (8 * i));
  }
  raw({head, size});
  return raw(content);
}

Writer& Writer::raw(ByteView bytes) {
  if (bytes_.size() + bytes.size() > bytes_.capacity()) {
    // Grown by hand: a vector would leave its old, unwiped buffer behind.
    Bytes grown;
    grown.reserve(std::max<std::size_t>(128, 2 * (bytes_.size() + bytes.size())));
    grown.assign(bytes_.begin(), bytes_.end());
    wipe_memory(bytes_.data(), bytes_.size());
    bytes_.swap(grown);
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

Writer& Writer::unsigned_integer(ByteView big_endian) {
  while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
  Writer content;
  const std::uint8_t zero = 0;
  if (big_endian.empty() || (big_endian[0] & 0x80u) != 0) content.raw({&zero, 1});
  content.raw(big_endian);
  return element(kInteger, content);
}

Writer& Writer::small_integer(std::uint64_t value) {
  std::uint8_t octets[8];
  for (int i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return unsigned_integer(octets);
}

Writer& Writer::bit_string(ByteView octets) {
  Writer content;
  const std::uint8_t unused = 0;
  content.raw({&unused, 1}).raw(octets);
  return element(kBitString, content);
}

Writer& Writer::boolean(bool value) {
  const std::uint8_t octet = value ? 0xff : 0x00;
  return element(kBoolean, {&octet, 1});
}

Writer& Writer::null() { return element(kNull, ByteView{}); }

}  // namespace boltseal::crypto::der
