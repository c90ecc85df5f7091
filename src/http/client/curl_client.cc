#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "http/client/client.h"
#include "http/client/curl_api.h"
#include "http/client/curl_transfer.h"

namespace boltseal::http {
namespace {

constexpr long kKeptConnections = 32;
constexpr long kConnectionsPerHost = 8;
constexpr int kPollMs = 1000;

/// A request, its place in the answers, and how often it may still be sent elsewhere.
struct Job {
  std::size_t index;
  Request request;
  int redirects_left;
};

struct Running {
  std::size_t index;
  int redirects_left;
  std::unique_ptr<CurlTransfer> transfer;
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The request to send after a redirect. Authorization and the permissions of an insecure registry belong to
/// the origin that they were given for.
Result<Request> redirected(const Request& request, const std::string& location) {
  auto url = request.url.join(location);
  if (!url)
    return fail(ErrorCode::bad_response, describe(request) + ": redirected to a bad address",
                url.error().what());
  if (request.url.is_https() && !url->is_https()) {
    return fail(ErrorCode::bad_response, describe(request) + ": redirected from https to plain HTTP at " +
                                             escape_untrusted(url->authority()));
  }
  Request next = request;
  if (!url->same_origin(request.url)) {
    next.authorization.reset();
    next.skip_certificate_check = false;
    next.allow_plain_http = false;
  }
  next.url = std::move(*url);
  return next;
}

class CurlClient final : public Client {
 public:
  explicit CurlClient(ClientOptions options) : options_(std::move(options)) {}
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override;

  std::vector<Result<Response>> send_all(const std::vector<Request>& requests) override;

 private:
  Result<void> open();
  Result<const TlsMaterial*> tls_for(const Url& url);
  Result<TlsMaterial> load_tls(const Url& url) const;
  Result<void> start(Job& job, bool several);
  void start_some(bool several);
  void finish_some();
  void finish(CURL* easy, CURLcode code);
  bool redirect(const Running& done, const Result<Response>& answer);
  void set_answer(std::size_t index, Result<Response> answer) { answers_[index] = std::move(answer); }
  void abandon_all(const Error& error);
  Result<CURL*> take_easy();
  void give_back(CURL* easy);

  ClientOptions options_;
  const CurlApi* api_ = nullptr;
  CURLM* multi_ = nullptr;
  CURLSH* share_ = nullptr;
  std::vector<CURL*> idle_;
  std::map<std::string, TlsMaterial> tls_;  // by origin
  std::deque<Job> waiting_;
  std::map<CURL*, Running> running_;
  std::vector<std::optional<Result<Response>>> answers_;
};

CurlClient::~CurlClient() {
  if (api_ == nullptr) return;
  for (auto* easy : idle_) api_->easy_cleanup(easy);
  if (multi_ != nullptr) api_->multi_cleanup(multi_);
  if (share_ != nullptr) api_->share_cleanup(share_);
}

Result<void> CurlClient::open() {
  if (multi_ != nullptr) return {};
  api_ = BS_TRY(curl_api());
  multi_ = api_->multi_init();
  share_ = api_->share_init();
  if (multi_ == nullptr || share_ == nullptr) return fail(ErrorCode::internal, "libcurl is out of memory");
  api_->share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  api_->multi_setopt(multi_, CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
  api_->multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
  api_->multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
  return {};
}

Result<TlsMaterial> CurlClient::load_tls(const Url& url) const {
  TlsFiles files = options_.tls;
  if (options_.tls_for_host) files.merge(BS_TRY(options_.tls_for_host(url)));
  TlsMaterial material;
  material.client_certificate = files.client_certificate;
  material.client_key = files.client_key;
  auto bundles = files.ca_files;
  if (!files.only_these_cas) {
    const auto system = find_system_cas(std::getenv("SSL_CERT_FILE"), std::getenv("SSL_CERT_DIR"));
    material.ca_directory = system.hashed_directory;
    bundles.insert(bundles.end(), system.bundles.begin(), system.bundles.end());
  }
  for (const auto& bundle : bundles) {
    auto pem = read_file(bundle, limits::kConfigBytes);
    if (!pem)
      return fail(ErrorCode::bad_config,
                  "cannot use the CA file " + escape_untrusted(bundle) + ": " + pem.error().what());
    material.ca_pem += *pem;
    material.ca_pem += '\n';
  }
  return material;
}

Result<const TlsMaterial*> CurlClient::tls_for(const Url& url) {
  static const TlsMaterial none;
  if (!url.is_https()) return &none;
  const auto known = tls_.find(url.origin());
  if (known != tls_.end()) return &known->second;
  return &tls_.emplace(url.origin(), BS_TRY(load_tls(url))).first->second;
}

Result<CURL*> CurlClient::take_easy() {
  CURL* easy = nullptr;
  if (!idle_.empty()) {
    easy = idle_.back();
    idle_.pop_back();
  } else {
    easy = api_->easy_init();
    if (easy == nullptr) return fail(ErrorCode::internal, "libcurl is out of memory");
  }
  api_->set_pointer(easy, CURLOPT_SHARE, share_);
  return easy;
}

void CurlClient::give_back(CURL* easy) {
  api_->easy_reset(easy);  // forgets pointers to the finished transfer; keeps connections and sessions
  idle_.push_back(easy);
}

Result<void> CurlClient::start(Job& job, bool several) {
  const auto* tls = BS_TRY(tls_for(job.request.url));
  auto* easy = BS_TRY(take_easy());
  auto transfer = std::make_unique<CurlTransfer>(*api_, easy, std::move(job.request), options_);
  auto ready = transfer->set_up(*tls, several);
  if (ready && api_->multi_add_handle(multi_, easy) != CURLM_OK)
    ready = fail(ErrorCode::internal, "libcurl takes no request");
  if (!ready) {
    give_back(easy);
    return ready;
  }
  running_.emplace(easy, Running{job.index, job.redirects_left, std::move(transfer)});
  return {};
}

void CurlClient::start_some(bool several) {
  while (!waiting_.empty() && running_.size() < std::max<std::size_t>(options_.side_by_side, 1)) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto started = start(job, several); !started) set_answer(job.index, fail(std::move(started).error()));
  }
}

bool CurlClient::redirect(const Running& done, const Result<Response>& answer) {
  const auto& request = done.transfer->request();
  if (!answer || !is_redirect(answer->status) || request.max_redirects == 0) return false;
  if (request.method != "GET" && request.method != "HEAD") return false;
  const auto* location = answer->find("Location");
  if (location == nullptr) return false;
  if (done.redirects_left == 0) {
    set_answer(done.index, fail(ErrorCode::bad_response, describe(request) + ": too many redirects"));
    return true;
  }
  auto next = redirected(request, *location);
  if (next) {
    waiting_.push_back(Job{done.index, std::move(*next), done.redirects_left - 1});
  } else {
    set_answer(done.index, fail(std::move(next).error()));
  }
  return true;
}

void CurlClient::finish(CURL* easy, CURLcode code) {
  auto node = running_.extract(easy);
  if (node.empty()) return;
  auto answer = node.mapped().transfer->finish(code);
  api_->multi_remove_handle(multi_, easy);
  give_back(easy);
  if (!redirect(node.mapped(), answer)) set_answer(node.mapped().index, std::move(answer));
}

void CurlClient::finish_some() {
  int left = 0;
  while (const auto* message = api_->multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }
}

void CurlClient::abandon_all(const Error& error) {
  for (const auto& job : waiting_) set_answer(job.index, fail(error));
  waiting_.clear();
  for (auto& [easy, running] : running_) {
    set_answer(running.index, fail(error));
    api_->multi_remove_handle(multi_, easy);
    give_back(easy);
  }
  running_.clear();
}

std::vector<Result<Response>> CurlClient::send_all(const std::vector<Request>& requests) {
  answers_.assign(requests.size(), std::nullopt);
  for (std::size_t i = 0; i < requests.size(); ++i)
    waiting_.push_back(Job{i, requests[i], requests[i].max_redirects});
  if (auto opened = open(); !opened) abandon_all(opened.error());
  while (!waiting_.empty() || !running_.empty()) {
    start_some(requests.size() > 1);
    int active = 0;
    auto code = api_->multi_perform(multi_, &active);
    finish_some();
    if (code == CURLM_OK && active > 0) code = api_->multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    if (code != CURLM_OK)
      abandon_all(Error(ErrorCode::internal, std::string("libcurl: ") + api_->multi_strerror(code)));
  }
  std::vector<Result<Response>> out;
  out.reserve(answers_.size());
  for (auto& answer : answers_) out.push_back(std::move(*answer));
  answers_.clear();
  return out;
}

}  // namespace

std::unique_ptr<Client> make_curl_client(ClientOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace boltseal::http
