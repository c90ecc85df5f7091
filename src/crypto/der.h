// A small strict DER reader and writer (X.690 section 10): what keys, signatures and certificates need.
// Refused: indefinite and non-minimal lengths, tags above 30, trailing bytes where the caller asks for the
// end, negative or non-minimal INTEGERs, NULs with content, BIT STRINGs with unused bits.
// Readers are views: they do not own, and must not outlive, the bytes that they read.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal::crypto::der {

enum Tag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kUtf8String = 0x0c,
  kPrintableString = 0x13,
  kT61String = 0x14,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kSequence = 0x30,
  kSet = 0x31
};
/// Context-specific tags [n]: constructed and primitive.
constexpr std::uint8_t context(unsigned n) { return static_cast<std::uint8_t>(0xa0u | n); }
constexpr std::uint8_t context_primitive(unsigned n) { return static_cast<std::uint8_t>(0x80u | n); }

/// Reads elements one after the other. Every error is bad_format. Value type.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  /// Tag of the next element; 0 at the end.
  std::uint8_t peek() const { return rest_.empty() ? std::uint8_t{0} : rest_.front(); }

  struct Element {
    std::uint8_t tag;
    ByteView content;
    ByteView whole;  ///< tag, length and content
  };
  Result<Element> next();
  Result<ByteView> read(std::uint8_t tag);  ///< content of the next element, which has this tag
  Result<Reader> enter(std::uint8_t tag);   ///< the same as a reader
  Result<ByteView> unsigned_integer();      ///< big-endian without leading zero; zero is one 0 byte
  Result<std::uint64_t> small_integer();    ///< 0..2^63-1
  Result<ByteView> bit_string();            ///< whole octets only
  Result<void> null();
  Result<void> end() const;  ///< nothing may follow

 private:
  ByteView rest_;
};

/// Appends elements to Bytes.
class Writer {
 public:
  Writer& element(std::uint8_t tag, ByteView content);
  Writer& element(std::uint8_t tag, const Writer& content) { return element(tag, content.bytes()); }
  Writer& raw(ByteView bytes);
  Writer& unsigned_integer(ByteView big_endian);  ///< leading zeros are cut, a sign byte is added
  Writer& small_integer(std::uint64_t value);
  Writer& bit_string(ByteView octets);
  Writer& boolean(bool value);
  Writer& null();
  Writer& oid(ByteView encoded) { return element(kOid, encoded); }
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }
  Writer() = default;
  Writer(Writer&&) = default;
  Writer& operator=(Writer&&) = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();  ///< wipes: it may have held a private key

 private:
  Bytes bytes_;
};

}  // namespace boltseal::crypto::der
