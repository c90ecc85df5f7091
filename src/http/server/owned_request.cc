#include "http/server/owned_request.h"

namespace boltseal::http {

OwnedRequest::OwnedRequest(const RequestHead& head, std::shared_ptr<const Peer> peer)
    : peer_(std::move(peer)) {
  std::size_t total = head.method_text.size() + head.raw_path.size() + head.path.size() + head.query.size() +
                      head.host.size();
  for (const HeaderField& field : head.headers) total += field.name.size() + field.value.size();
  text_.reserve(total);  // views into text_ stay valid: it never grows beyond this
  auto keep = [this](std::string_view piece) {
    const std::size_t at = text_.size();
    text_.append(piece);
    return std::string_view(text_).substr(at, piece.size());
  };

  head_ = head;
  head_.method_text = keep(head.method_text);
  head_.raw_path = keep(head.raw_path);
  head_.path = keep(head.path);
  head_.query = keep(head.query);
  head_.host = keep(head.host);
  fields_.reserve(head.headers.size());
  for (const HeaderField& field : head.headers) {
    const std::string_view name = keep(field.name);
    fields_.push_back({name, keep(field.value)});
  }
  head_.headers = fields_;
  head_.peer = peer_.get();
}

}  // namespace boltseal::http
