// Files of trust metadata with the trust that they have as their type (HOUSE rule 4.1).
//
// Unverified<T>: exact bytes and a parsed view of them; nothing in it may be acted upon. Trusted<T>: made
// only by the state machines of this room after signatures were checked. Both share the immutable bytes:
// copies are cheap, and reading from several threads is safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "json/reader.h"
#include "tuf/form.h"
#include "tuf/model.h"

namespace boltseal::tuf {

/// Bytes of a file, its parsed JSON and its signatures. Immutable after the codec made it.
class FileData {
 public:
  FileData(Form form, json::Document document, std::vector<Signature> signatures);

  Form form() const { return form_; }
  const std::string& bytes() const { return document_.text(); }
  const std::vector<Signature>& signatures() const { return signatures_; }
  const Sha256& sha256() const { return sha256_; }  ///< of bytes()
  std::string signed_bytes() const;                 ///< canonical form of `signed`: what signatures are over
  std::string_view signed_source() const;           ///< `signed` as it stands in bytes()

 private:
  Form form_;
  json::Document document_;
  std::vector<Signature> signatures_;
  Sha256 sha256_;
};

namespace detail {
/// What both kinds of files have.
template <typename T>
class File {
 public:
  Form form() const { return data_->form(); }
  const std::string& bytes() const { return data_->bytes(); }
  std::span<const Signature> signatures() const { return data_->signatures(); }
  const Sha256& sha256() const { return data_->sha256(); }
  std::string signed_bytes() const { return data_->signed_bytes(); }
  std::string_view signed_source() const { return data_->signed_source(); }
  const T& body() const { return *body_; }
  const T* operator->() const { return body_.get(); }

 protected:
  File(std::shared_ptr<const FileData> data, std::shared_ptr<const T> body)
      : data_(std::move(data)), body_(std::move(body)) {}
  std::shared_ptr<const FileData> data_;
  std::shared_ptr<const T> body_;
};
}  // namespace detail

template <typename T>
class Trusted;

/// Parsed, not verified. Made by tuf/codec.h.
template <typename T>
class Unverified : public detail::File<T> {
 public:
  Unverified(std::shared_ptr<const FileData> data, std::shared_ptr<const T> body)
      : detail::File<T>(std::move(data), std::move(body)) {}

 private:
  friend class Trusted<T>;
};

class TrustedSet;
class ChainVerifier;

/// Signed by a threshold of the keys that its delegator names.
template <typename T>
class Trusted : public detail::File<T> {
 private:
  friend class TrustedSet;     // tuf/trusted_set.h: the client's state machine
  friend class ChainVerifier;  // tuf/chain_verifier.h: one step from a trusted delegator
  explicit Trusted(const Unverified<T>& file) : detail::File<T>(file.data_, file.body_) {}
};

}  // namespace boltseal::tuf
