// PEM (RFC 7468) with the headers of RFC 1421 that Notary and old OpenSSL files carry.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal::crypto {

/// One block. The content is wiped when the block goes away: it may be a private key.
struct PemBlock {
  PemBlock() = default;
  PemBlock(std::string block_type, Bytes content) : type(std::move(block_type)), der(std::move(content)) {}
  PemBlock(PemBlock&&) = default;
  PemBlock& operator=(PemBlock&& other) noexcept;
  PemBlock(const PemBlock&) = default;
  PemBlock& operator=(const PemBlock& other);
  ~PemBlock();

  /// Value of a header; nullptr where there is none.
  const std::string* header(std::string_view name) const;
  void set_header(std::string_view name, std::string value);  ///< replaces or adds
  void remove_header(std::string_view name);

  std::string type;                                          ///< "CERTIFICATE"; text from outside
  std::vector<std::pair<std::string, std::string>> headers;  ///< as read, or any order; text from outside
  Bytes der;
};

/// Every block of a text. Text outside blocks is skipped; a block that is cut off, whose ends differ, whose
/// base64 is not strict, with a repeated header, over 64 headers, over 1 MiB of text or 256 blocks is
/// bad_format or limit_exceeded. LF and CR LF line ends.
Result<std::vector<PemBlock>> pem_read_all(std::string_view text);
/// The first block; bad_format where there is none.
Result<PemBlock> pem_read_first(std::string_view text);

/// As Go's encoding/pem writes, byte for byte: `Proc-Type` first, other headers sorted, an empty line after
/// headers, base64 in 64 columns, LF. A header name with ':' or a line break in name or value: bad_format.
Result<std::string> pem_write(const PemBlock& block);
/// The same for content without headers and a type of ours, which cannot fail.
std::string pem_text(std::string_view type, ByteView der);

}  // namespace boltseal::crypto
